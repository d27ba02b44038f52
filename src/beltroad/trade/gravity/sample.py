"""A panel from the bundled accounts: goods between 80 economies in 2022, with distances."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from beltroad import evidence
from beltroad.trade.imputed import imputed_economies

__all__ = ["distances_km", "land_links", "sample_panel", "with_geography", "with_mass"]

Array = npt.NDArray[np.float64]
MILLION = 1e6
EARTH_KM = 6371.0088
# Power of the mean over cities: the distance that moves trade as the sum over pairs of cities
# does when trade falls in proportion to distance (Head and Mayer 2002).
POWER = -1.0
LEAST_KM = 10.0
Demand = Literal["intermediate", "all"]


def sample_panel(
    *, demand: Demand = "intermediate", by_industry: bool = False, home: bool = False
) -> pd.DataFrame:
    """Flows of goods by pair with distance, contiguity, output and being landlocked.

    Intermediate goods are recorded in the source; final goods by destination are imputed there,
    so that ``demand="all"`` is for show and not for estimates. Trade with the rest of the world
    is not in the accounts.

    Returns
    -------
    DataFrame
        ``exporter, importer[, sector], trade`` (USD of 2022), ``distance_km``, ``contiguous``,
        ``landlocked`` (how many of the two), ``gdp_exporter_usd``, ``gdp_importer_usd``.
    """
    flows = evidence.load("icio_trade")
    about = evidence.load("icio_industries")
    goods = sorted(about.loc[about["is_goods"].astype(bool), "industry"])
    economies = _observed(sorted({*flows["exporter"].unique(), *flows["importer"].unique()}))
    value = flows["intermediate_musd"].to_numpy(float)
    if demand == "all":
        value = value + flows["final_musd"].to_numpy(float)
    n = len(economies)
    i, j = _places(flows["exporter"], economies), _places(flows["importer"], economies)
    k = _places(flows["industry"], goods)
    known = (i >= 0) & (j >= 0) & (k >= 0)
    if not by_industry:
        k, goods = np.zeros_like(k), [""]
    cell = np.ravel_multi_index((i[known], j[known], k[known]), (n, n, len(goods)))
    total = np.bincount(cell, value[known] * MILLION, n * n * len(goods))
    one, other, sector = np.unravel_index(np.arange(len(total)), (n, n, len(goods)))
    names = np.array(economies)
    panel = pd.DataFrame({"exporter": names[one], "importer": names[other]})
    if by_industry:
        panel["sector"] = np.array(goods)[sector]
    panel["trade"] = total
    if not home:
        panel = panel[one != other].reset_index(drop=True)
    panel = with_geography(panel)
    panel.attrs = {"source": "bundled accounts of 2022 (OECD ICIO)"}
    return panel


def with_geography(panel: pd.DataFrame) -> pd.DataFrame:
    """Add distance, contiguity, being landlocked and output of both sides."""
    known = evidence.load("countries").set_index("iso3")
    codes = sorted({*panel["exporter"], *panel["importer"]})
    place = {c: k for k, c in enumerate(codes)}
    at = (panel["exporter"].map(place).to_numpy(), panel["importer"].map(place).to_numpy())
    touching = np.zeros((len(codes), len(codes)))
    for one, other in (tuple(p) for p in land_links() if len(p) == 2 and p <= place.keys()):
        touching[place[one], place[other]] = touching[place[other], place[one]] = 1.0
    locked = known["landlocked"].astype(float)
    return panel.assign(
        distance_km=distances_km(codes)[at],
        contiguous=touching[at],
        landlocked=(panel["exporter"].map(locked) + panel["importer"].map(locked)).to_numpy(float),
        gdp_exporter_usd=panel["exporter"].map(known["gdp_usd"]).to_numpy(float),
        gdp_importer_usd=panel["importer"].map(known["gdp_usd"]).to_numpy(float),
    )


def land_links() -> set[frozenset[str]]:
    """Pairs of economies that a road or railway of the network joins without a third between.

    Stands for contiguity; a tunnel counts (France and Great Britain).
    """
    borders = evidence.load("borders")
    country = evidence.load("network_nodes")["country"].to_numpy(str)
    links = evidence.load("network_links")
    links = links[links["mode"].isin(["road", "rail"]) & ~links["patched"].astype(bool)]
    a, b = country[links["u"].to_numpy()], country[links["v"].to_numpy()]
    over = (a != b) & (a != "") & (b != "")
    found = {frozenset(p) for p in zip(a[over].tolist(), b[over].tolist(), strict=True)}
    return found | {frozenset(p) for p in zip(borders["iso3_a"], borders["iso3_b"], strict=True)}


def distances_km(economies: list[str]) -> Array:
    """Great-circle distances between economies, harmonic means over their cities by population.

    An economy without a city in the table gets NaN; one with a single city has no distance of
    its own and gets NaN on the diagonal.
    """
    cities = evidence.load("cities")
    cities = cities[cities["iso3"].isin(economies)]
    lat, lon = (np.radians(cities[c].to_numpy(float)) for c in ("lat", "lon"))
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    half += np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    km = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    people = cities["population"].fillna(1.0).clip(lower=1.0).to_numpy(float)
    belongs = np.array([cities["iso3"].to_numpy(str) == c for c in economies], float)
    weight = belongs * people
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = weight / weight.sum(axis=1, keepdims=True)
        other = np.where(np.eye(len(km), dtype=bool), 0.0, np.maximum(km, LEAST_KM) ** POWER)
        mass = weight @ (~np.eye(len(km), dtype=bool)).astype(float) @ weight.T
        mean = (weight @ other @ weight.T) / mass
        return np.asarray(np.where(mass > 0, mean ** (1 / POWER), np.nan))


def with_mass(panel: pd.DataFrame) -> pd.DataFrame:
    """Add logarithms of output, distance and remoteness, for models without own effects.

    The remoteness of an economy is the mean distance to the output of all others in the panel,
    harmonic: far from all markets means more trade with any one of them (Head and Mayer 2014).
    """
    out = panel.copy()
    one = panel.drop_duplicates("exporter").set_index("exporter")["gdp_exporter_usd"]
    other = panel.drop_duplicates("importer").set_index("importer")["gdp_importer_usd"]
    gdp = one.combine_first(other)
    pairs = panel.drop_duplicates(["exporter", "importer"])
    pairs = pairs[pairs["exporter"] != pairs["importer"]]
    for side, far in (("exporter", "importer"), ("importer", "exporter")):
        reach = (pairs[far].map(gdp) / pairs["distance_km"]).groupby(pairs[side]).sum()
        total = pairs[far].map(gdp).groupby(pairs[side]).sum()
        out[f"ln_remoteness_{side}"] = np.log(out[side].map(total / reach))
        out[f"ln_gdp_{side}"] = np.log(out[f"gdp_{side}_usd"])
    out["ln_distance"] = np.log(out["distance_km"])
    return out


def _places(column: pd.Series[str], order: list[str]) -> npt.NDArray[np.intp]:
    """Positions of labels in ``order``; -1 for others."""
    labels = column.astype("category")
    place = pd.Index(order).get_indexer(pd.Index(labels.cat.categories))
    return np.asarray(place[labels.cat.codes.to_numpy()])


def _observed(economies: list[str]) -> list[str]:
    """Economies whose flows are in the source; those that are imputed are left out."""
    imputed = set(imputed_economies())
    return [c for c in economies if c not in imputed]
