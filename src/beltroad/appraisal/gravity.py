"""The corridors' own gravity panel: trade of 2022 on the network's hours, tariffs, agreements."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from beltroad import evidence
from beltroad.appraisal.cache import Cache
from beltroad.appraisal.headlines import corridor_economies
from beltroad.appraisal.inputs import gather
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.transport import Transport
from beltroad.infrastructure.shipments.pairs import PairWeights
from beltroad.trade.gravity.sample import Demand, sample_panel

__all__ = ["LITERATURE", "corridor_groups", "corridor_panel", "days_between"]

Array = npt.NDArray[np.float64]
# Kinds of agreements under which goods pass free; not partial scope, not unilateral gifts.
FREE = frozenset({"CU", "FTA"})
# What others found of a day, in percent: (source, what, low, high, address).
LITERATURE = (
    ("Hummels and Schaur (2013), Time as a Trade Barrier, American Economic Review 103(7)",
     "ad valorem equivalent of a day in transit", 0.6, 2.1,
     "https://www.aeaweb.org/articles.php?doi=10.1257/aer.103.7.2935"),
    ("Djankov, Freund and Pham (2010), Trading on Time, Review of Economics and Statistics 92(1)",
     "fall of trade per day before shipment (more than)", 1.0, None,
     "https://openknowledge.worldbank.org/entities/publication/"
     "6be676c8-a4c7-5fc4-aa78-25403d30bf5c"),
)  # fmt: skip


def corridor_groups() -> Mapping[str, tuple[str, ...]]:
    """Groups of economies whose trade is added up: those along the corridors."""
    codes = corridor_economies()
    return {
        "corridors": tuple(sorted(codes)),
        "corridors but China": tuple(sorted(codes - {"CHN"})),
    }


def days_between(
    scenario: Scenario | None = None,
    *,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Days door to door between economies in the state of the accounts, by the faster mode.

    Means over pairs of cities, weighted by population; NaN where there is no way or an economy
    has one city only.

    Returns
    -------
    DataFrame
        Square, indexed by exporter (rows) and importer (columns).
    """
    chosen = scenario or Scenario()
    inputs = gather(chosen)
    transport = Transport(chosen, inputs, cache or Cache.default(), progress or Progress())
    hours = transport.state("economy").hours
    weights = PairWeights(
        inputs.city_country(transport.city_ids),
        inputs.city_population(transport.city_ids),
        np.isfinite(hours),
    )
    days = weights.mean(hours.astype(np.float64)) / 24.0
    return pd.DataFrame(days, index=weights.countries, columns=weights.countries)


def corridor_panel(
    scenario: Scenario | None = None,
    *,
    demand: Demand = "intermediate",
    by_industry: bool = False,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Goods between economies in 2022 with days, distance, tariffs and agreements.

    Returns
    -------
    DataFrame
        Columns of :func:`beltroad.trade.gravity.sample.sample_panel`, and ``days``, ``tariff``
        (rate), ``agreement`` and ``deep_agreement`` (0 or 1), ``flags`` (what is imputed). Pairs
        without a way are left out and counted in ``attrs["no_way"]``.
    """
    days = days_between(scenario, cache=cache, progress=progress)
    panel = sample_panel(demand=demand, by_industry=by_industry)
    source = str(panel.attrs["source"])
    rows = days.index.get_indexer(pd.Index(panel["exporter"]))
    columns = days.columns.get_indexer(pd.Index(panel["importer"]))
    found = days.to_numpy()[rows, columns]
    panel["days"] = np.where((rows >= 0) & (columns >= 0), found, np.nan)
    known = panel["days"].notna()
    lost = panel.loc[~known, ["exporter", "importer"]].drop_duplicates()
    panel = panel[known].reset_index(drop=True)
    panel, tariff_flags = _with_tariffs(panel)
    panel = _with_agreements(panel)
    final = "final demand by destination imputed" if demand == "all" else ""
    panel["flags"] = ["; ".join(word for word in (final, flag) if word) for flag in tariff_flags]
    panel.attrs = {"source": f"{source} on the network's hours", "no_way": len(lost)}
    return panel


def _with_tariffs(panel: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Add ``tariff``: 0 under an agreement, the pair's own rate, or the importer's on the goods.

    For all goods together the importer's rates are weighted by what the exporter sells abroad,
    so that they differ by pair.
    """
    table = evidence.load("applied_tariffs").set_index("iso3")
    shares = _export_mix(panel)
    rates = table[list(shares.columns)].reindex(panel["importer"]).to_numpy(float)
    weight = shares.reindex(panel["exporter"]).to_numpy(float)
    if "sector" in panel.columns:
        own = panel["sector"].map(_tariff_group).to_numpy(str)
        weight = (own[:, None] == shares.columns.to_numpy(str)).astype(float)
    rate = (rates * weight).sum(axis=1) / 100.0
    pairs = evidence.load("tariff_pairs").set_index(["importer", "exporter"])["tariff_pct"] / 100.0
    own_rate = pairs.reindex(pd.MultiIndex.from_frame(panel[["importer", "exporter"]]))
    free = np.array(_under(panel, FREE))
    value = np.where(own_rate.notna(), own_rate.fillna(0.0), np.where(free, 0.0, rate))
    imputed = table["imputed"].astype(str).str.casefold().isin({"true", "1"})
    unsure = panel["importer"].map(imputed).fillna(True).to_numpy(bool)
    flags = ["tariff imputed" if word else "" for word in unsure]
    return panel.assign(tariff=value), flags


def _with_agreements(panel: pd.DataFrame) -> pd.DataFrame:
    """Add ``agreement`` (any but partial-scope ones) and ``deep_agreement``."""
    return panel.assign(
        agreement=_under(panel, FREE),
        deep_agreement=_under(panel, FREE, depth="deep"),
    )


def _under(panel: pd.DataFrame, kinds: frozenset[str], depth: str | None = None) -> Array:
    """1 where an agreement of these kinds binds the pair."""
    table = evidence.load("trade_agreements")
    table = table[table["kind"].isin(kinds)]
    if depth is not None:
        table = table[table["depth"] == depth]
    codes = sorted({*panel["exporter"], *panel["importer"]})
    place = {code: k for k, code in enumerate(codes)}
    bound = np.zeros((len(codes), len(codes)))
    for members, partners in zip(table["members"], table["partners"], strict=True):
        one = [place[c] for c in str(members).split() if c in place]
        other = [place[c] for c in str(partners).split() if c in place] if partners else one
        bound[np.ix_(one, other)] = bound[np.ix_(other, one)] = 1.0
    np.fill_diagonal(bound, 0.0)
    at = (panel["exporter"].map(place).to_numpy(), panel["importer"].map(place).to_numpy())
    return np.asarray(bound[at])


def _export_mix(panel: pd.DataFrame) -> pd.DataFrame:
    """Shares of three kinds of goods in what each economy sells abroad; columns of the tariffs."""
    flows = evidence.load("icio_trade")
    about = evidence.load("icio_industries")
    goods = set(about.loc[about["is_goods"].astype(bool), "industry"])
    flows = flows[flows["industry"].isin(goods) & (flows["exporter"] != flows["importer"])]
    kind = flows["industry"].astype(str).map(_tariff_group)
    value = flows["intermediate_musd"].astype(float)
    total = value.groupby([flows["exporter"].astype(str), kind]).sum().unstack().fillna(0.0)
    mix = total.div(total.sum(axis=1), axis=0)
    return mix.reindex(sorted(set(panel["exporter"])))


def _tariff_group(industry: str) -> str:
    """Column of ``applied_tariffs`` for an ICIO industry."""
    if industry in {"A01", "A03", "C10T12"}:
        return "agriculture_pct"
    if industry in {"A02", "C16", "C19"} or industry.startswith("B"):
        return "minerals_pct"
    return "manufactures_pct"
