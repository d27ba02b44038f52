"""Tables of disruptions for readers: relations, countries, gates, rankings, detours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.appraisal.disruption import Disruption, Study
from beltroad.infrastructure.disruption.critical import HIT, Verdict
from beltroad.infrastructure.disruption.curves import Point
from beltroad.infrastructure.disruption.detours import Way, way_of
from beltroad.infrastructure.disruption.losses import weighted

__all__ = [
    "NOT_COVERED", "base_summary", "country_table", "curve_table", "gate_table",
    "pair_table", "rank_table", "relation_table", "summary",
]  # fmt: skip

Array = NDArray[np.float64]
NOT_COVERED = (
    "goods trade of agriculture and manufacturing without refined petroleum between the "
    "economies of the accounts; others count in partner_gdp_cut_off_share only",
    "no oil, gas, ores, other bulk and no services; no trade within a country",
    "trade keeps its partners and amounts: no rerouting of demand, no inventories, no prices",
    "capacity is unlimited unless congestion is on, and then known at a few gates only",
    "one TEU stands for the same value everywhere; cities share trade by population",
    "carriers' networks are not modelled: every port reaches every other, smaller ones with a mean "
    "time for changing ships",
)


def pair_table(study: Study, disruption: Disruption) -> pd.DataFrame:
    """One row a pair of economies with trade, the largest loss first.

    ``days_*``, ``land_share_*`` are means over trade that still has a way; losses are USD a year.
    """
    base, lost, eco = study.base, disruption.losses, study.economies
    left = np.where(lost.cut, 0.0, base.teu)
    teu, kept = eco.sums(base.teu), eco.sums(left)
    cut = eco.sums(base.teu - left) * study.usd_per_teu
    with np.errstate(invalid="ignore", divide="ignore"):
        after = eco.sums(weighted(left, lost.days_now)) / kept
        days = eco.sums(left * lost.days) / kept
        shares = [eco.sums(left * s) / kept for s in (base.split.land_share, lost.land_share)]
    at = np.nonzero(teu > 0)
    loss = eco.sums(base.teu * lost.usd_per_teu)
    usd = teu * study.usd_per_teu
    table = pd.DataFrame(
        {
            "exporter": eco.codes[at[0]], "importer": eco.codes[at[1]],
            "trade_usd": usd[at], "cut_off_usd": cut[at],
            "loss_usd": loss[at], "loss_pct_of_trade": 100 * loss[at] / usd[at],
            "days_before": (after - days)[at], "days_after": after[at], "days_lost": days[at],
            "freight_usd": eco.sums(base.teu * lost.freight_usd)[at],
            "tco2e": eco.sums(base.teu * lost.kgco2e)[at] / 1000,
            "land_share_before": shares[0][at], "land_share_after": shares[1][at],
        }
    )  # fmt: skip
    worst = (table["loss_usd"] + table["cut_off_usd"]).to_numpy()
    order = np.lexsort((table["importer"], table["exporter"], -worst))
    return table.iloc[order].reset_index(drop=True)


def country_table(study: Study, disruption: Disruption) -> pd.DataFrame:
    """One row a country: trade both ways, its share hit, cut off, and what it loses.

    A relation's loss counts in full for either end, so that the column adds up to twice the
    world's. ``partner_gdp_cut_off_share`` weighs partners by GDP and knows no trade: it is there
    for countries outside the accounts, too.
    """
    base, lost, eco = study.base, disruption.losses, study.economies
    hit = _hit(study, disruption)

    def both_ways(by_city: Array) -> Array:
        pairs = eco.sums(by_city)
        return np.asarray(pairs.sum(axis=0) + pairs.sum(axis=1))

    trade = both_ways(base.teu) * study.usd_per_teu
    reachable = base.freight.ways.reachable
    pairs, gone = eco.sums(reachable.astype(float)), eco.sums(lost.cut.astype(float))
    share = np.divide(gone, pairs, out=np.zeros_like(gone), where=pairs > 0)
    partner = np.where((pairs > 0) & ~np.eye(len(pairs), dtype=bool), eco.gdp_usd, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        cut_gdp = (share * partner).sum(axis=1) / partner.sum(axis=1)
        hit_share = both_ways(base.teu * hit) * study.usd_per_teu / trade
    names = evidence.load("countries").set_index("iso3")["name"]
    loss = both_ways(base.teu * lost.usd_per_teu)
    table = pd.DataFrame(
        {
            "iso3": eco.codes, "name": names.reindex(eco.codes).to_numpy(),
            "in_accounts": eco.known, "trade_usd": trade, "hit_share": hit_share,
            "cut_off_usd": both_ways(base.teu * lost.cut) * study.usd_per_teu,
            "loss_usd": loss, "loss_pct_of_trade": 100 * loss / np.where(trade > 0, trade, np.nan),
            "partner_gdp_cut_off_share": cut_gdp,
        }
    )  # fmt: skip
    worst = (table["loss_usd"] + table["cut_off_usd"]).to_numpy()
    gone_gdp = table["partner_gdp_cut_off_share"].fillna(0.0)
    return table.iloc[np.lexsort((table["iso3"], -gone_gdp, -worst))].reset_index(drop=True)


def gate_table(study: Study, disruption: Disruption | None = None) -> pd.DataFrame:
    """TEU and trade a year through every gate that has any, before and with the disruption.

    Largest flows come first, or largest changes. ``largest_relations`` are the pairs of countries
    that send most through a project's line or one of the busiest other gates.
    """
    flows = study.flows
    named = [""] * len(flows)
    lines = [g for k, g in enumerate(study.gates) if g.kind == "line" and flows[k] > 0]
    for gate in {id(g): g for g in (*study.chosen_gates(), *lines)}.values():
        pairs = study.largest(study.users(gate))
        named[study.place[id(gate)]] = ", ".join(f"{a}-{b}" for a, b, _ in pairs)
    total = study.base.teu.sum()
    table = pd.DataFrame(
        {
            "kind": [g.kind for g in study.gates], "ref": [g.ref for g in study.gates],
            "name": [g.name for g in study.gates], "teu_per_year": flows,
            "trade_usd_per_year": flows * study.usd_per_teu, "share_of_trade": flows / total,
            "largest_relations": named,
        }
    )  # fmt: skip
    seen, size = flows > 0, flows
    if disruption is not None:
        after = study.flows_after(disruption)
        table["teu_per_year_after"] = after
        seen, size = seen | (after > 0), np.abs(after - flows)
    table = table[seen]
    order = np.lexsort((table["ref"], -size[seen]))
    return table.iloc[order].reset_index(drop=True)


def relation_table(study: Study, disruption: Disruption, pairs: pd.DataFrame, most: int) -> (
    pd.DataFrame
):  # fmt: skip
    """Ways before and afterwards, in words, of the country pairs that lose most.

    Each is shown by the pair of their cities that loses most, by the mode that carries more.
    """
    base, lost, eco = study.base, disruption.losses, study.economies
    worth = base.teu * (lost.usd_per_teu + np.where(lost.cut, study.usd_per_teu, 0.0))
    cities = evidence.load("cities").astype({"city_id": str}).set_index("city_id")["name"]
    names = cities.reindex(base.freight.router.city_ids).to_numpy(str)
    rows: list[dict[str, Any]] = []
    for pair in pairs.head(most).itertuples(index=False):
        ends = [np.flatnonzero(eco.codes[eco.of_city] == c) for c in (pair.exporter, pair.importer)]
        block = worth[np.ix_(*ends)]
        if not block.max() > 0:
            continue
        a, b = np.unravel_index(int(block.argmax()), block.shape)
        origin, destination = int(ends[0][a]), int(ends[1][b])
        before = _way(study, None, origin, destination)
        after = _way(study, disruption, origin, destination)
        rows.append(
            {
                "exporter": pair.exporter, "importer": pair.importer,
                "origin": names[origin], "destination": names[destination],
                "days_before": before.days if before else np.nan,
                "days_after": after.days if after else np.nan,
                "usd_per_teu_before": before.usd_per_teu if before else np.nan,
                "usd_per_teu_after": after.usd_per_teu if after else np.nan,
                "way_before": before.text() if before else "none",
                "way_after": after.text() if after else "none: cut off",
            }
        )  # fmt: skip
    columns = [
        "exporter", "importer", "origin", "destination", "days_before", "days_after",
        "usd_per_teu_before", "usd_per_teu_after", "way_before", "way_after",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def rank_table(
    study: Study, ranked: Sequence[tuple[Verdict, list[tuple[str, str, float]]]]
) -> pd.DataFrame:
    """Gates by what their closure costs; cut off trade counts at its full value in the order."""
    total = study.base.teu.sum()
    place = study.place
    rows = []
    for rank, (v, worst) in enumerate(ranked, start=1):
        flow = float(study.flows[place[id(v.gate)]]) if id(v.gate) in place else np.nan
        rows.append(
            {
                "rank": rank, "kind": v.gate.kind, "ref": v.gate.ref, "name": v.gate.name,
                "share_of_trade": flow / total, "loss_usd": v.loss_usd,
                "cut_off_usd": v.cut_teu * study.usd_per_teu,
                "hit_share": v.hit_teu / total,
                "hours_lost_mean": 24 * v.teu_days / max(total - v.cut_teu, 1e-9),
                "tco2e": v.kgco2e / 1000,
                "worst_relations": ", ".join(f"{a}-{b}" for a, b, _ in worst),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def curve_table(points: Sequence[Point]) -> pd.DataFrame:
    """Failure curves, a row a state."""
    return pd.DataFrame([asdict(p) for p in points])


def base_summary(study: Study) -> dict[str, Any]:
    """What is shipped in the base."""
    teu, freight = study.base.teu, study.base.freight
    total = float(teu.sum())
    return {
        "state": str(study.state), "by": freight.by,
        "usd_per_day_per_teu": 24 * freight.usd_per_hour,
        "trade_usd": total * study.usd_per_teu, "teu": total,
        "trade_without_a_way_usd": float(study.economies.trade_usd.sum())
        - total * study.usd_per_teu,
        "not_covered": list(NOT_COVERED),
    }  # fmt: skip


def summary(study: Study, disruption: Disruption) -> dict[str, Any]:
    """The whole world in a few figures: :func:`base_summary` and what changes."""
    teu, lost = study.base.teu, disruption.losses
    left = np.where(lost.cut, 0.0, teu)
    total, served = float(teu.sum()), float(left.sum())
    days = float(weighted(left, lost.days_now).sum()) / served if served else None
    change = float((left * lost.days).sum()) / served if served else None
    reachable = study.base.freight.ways.reachable
    return base_summary(study) | {
        "what": disruption.label,
        "hit_share": float(teu[_hit(study, disruption)].sum()) / total,
        "cut_off_usd": (total - served) * study.usd_per_teu,
        "cut_off_share_of_city_pairs": float(lost.cut.sum() / reachable.sum()),
        "loss_usd": float((teu * lost.usd_per_teu).sum()),
        "time_usd": float((teu * lost.days).sum()) * 24 * study.base.freight.usd_per_hour,
        "freight_usd": float((teu * lost.freight_usd).sum()),
        "tco2e": float((teu * lost.kgco2e).sum()) / 1000,
        "mean_days_before": None if days is None or change is None else days - change,
        "mean_days_after": days,
        "land_share_before": float((left * study.base.split.land_share).sum() / max(served, 1e-9)),
        "land_share_after": float((left * lost.land_share).sum() / max(served, 1e-9)),
        "congestion_gaps": list(disruption.gaps),
    }  # fmt: skip


def _hit(study: Study, disruption: Disruption) -> NDArray[np.bool_]:
    lost, cost = disruption.losses, study.base.cost
    limit = HIT * np.where(np.isfinite(cost), cost, np.inf)
    return np.asarray(lost.cut | (lost.usd_per_teu > limit))


def _way(study: Study, disruption: Disruption | None, origin: int, destination: int) -> Way | None:
    base = study.base
    freight = base.freight if disruption is None else disruption.freight
    share = base.split.land_share if disruption is None else disruption.losses.land_share
    first = "land" if share[origin, destination] > 0.5 else "sea"
    return way_of(freight, first, origin, destination)
