"""What breaks if a landing, a cable or a strait is lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.cables.latency import latency_matrix
from beltroad.infrastructure.cables.network import FibreNetwork, Losses
from beltroad.infrastructure.cables.straits import STRAITS

__all__ = ["Loss", "connections", "largest_cities", "loss_of", "rank_landings", "strait_table"]

# Relations whose round trip grows by less are left out of the table of relations.
LEAST_MS = 1.0


@dataclass(frozen=True)
class Loss:
    """What a loss does.

    Attributes
    ----------
    losses
        What is out of order.
    relations
        Pairs of cities that lose their way or whose round trip grows by a millisecond or more:
        ``origin``, ``destination`` with their ``_iso3``, ``before_ms``, ``after_ms`` (round
        trip, ``inf`` without a way), ``increase_ms``; longest first.
    countries
        Countries whose number of submarine connections falls: ``iso3``, ``before``, ``after``.
    cut_share
        Share of relations, weighted by the product of populations, that lose their way.
    increase_ms
        Mean growth of the round trip over the relations that keep a way, weighted likewise.
    """

    losses: Losses
    relations: pd.DataFrame
    countries: pd.DataFrame
    cut_share: float
    increase_ms: float


def largest_cities(net: FibreNetwork, count: int) -> NDArray[np.intp]:
    """Rows of the most populous cities of the network."""
    cities = net.points[net.points["kind"] == "city"]
    order = cities.sort_values(["population", "city_id"], ascending=[False, True])
    return np.sort(order.index.to_numpy()[:count])


def connections(net: FibreNetwork, losses: Losses, year: int | None = None) -> pd.Series:
    """Submarine connections of each country, by ISO 3166 alpha-3.

    A connection is a cable over whose living submarine segments the country reaches another.
    Countries without any are left out.
    """
    alive = net.in_use(losses, year) & net.segments["kind"].eq("submarine").to_numpy()
    # Cities share names with landings elsewhere (Barcelona), so only landings are looked up.
    iso3 = {name: str(net.points.at[row, "iso3"]) for name, row in net.landing_index.items()}
    count: dict[str, int] = {}
    for _, part in net.segments[alive].groupby("cable_id"):
        reached: set[str] = set()
        for piece in _pieces(zip(part["from_landing"], part["to_landing"], strict=True)):
            countries = {iso3[n] for n in piece if n in iso3}
            if len(countries) > 1:
                reached |= countries
        for country in reached:
            count[country] = count.get(country, 0) + 1
    return pd.Series(count, dtype=np.int64, name="connections").sort_index()


def loss_of(
    net: FibreNetwork,
    *names: str,
    cities: NDArray[np.integer] | None = None,
    year: int | None = None,
) -> Loss:
    """What the loss of these landings, cables or straits does, all at once.

    Parameters
    ----------
    names
        Of landings, cables (name or id) or straits.
    cities
        Rows of the cities between which relations count; None: the 150 most populous.

    Raises
    ------
    InputError
        If a name is not known; close names are suggested.
    """
    losses = net.anything(names)
    rows = largest_cities(net, 150) if cities is None else np.asarray(cities)
    before = latency_matrix(net, rows, year=year)
    after = latency_matrix(net, rows, losses=losses, year=year)
    relations, cut, increase = _compare(net, rows, before, after)
    had, has = connections(net, Losses(), year), connections(net, losses, year)
    falls = pd.DataFrame(
        {"before": had, "after": has.reindex(had.index).fillna(0).astype(np.int64)}
    )
    falls = falls[falls["after"] < falls["before"]].rename_axis("iso3").reset_index()
    falls = falls.sort_values(["after", "before", "iso3"], ignore_index=True)
    return Loss(losses, relations, falls, cut, increase)


def rank_landings(
    net: FibreNetwork,
    landings: Sequence[str] | None = None,
    *,
    cities: NDArray[np.integer] | None = None,
    year: int | None = None,
) -> pd.DataFrame:
    """Landings by what their loss costs, worst first.

    Columns: ``landing``, ``iso3``, ``cables`` (in use there), ``cut_share``, ``increase_ms`` (as
    in :class:`Loss`), ``countries_cut`` (left without submarine connection), ``countries_single``
    (left with one).
    """
    rows = largest_cities(net, 150) if cities is None else np.asarray(cities)
    used = net.segments[
        net.in_use(Losses(), year) & net.segments["kind"].eq("submarine").to_numpy()
    ]
    ends = pd.concat(
        [
            used[["cable_id", end]].rename(columns={end: "landing"})
            for end in ("from_landing", "to_landing")
        ]
    ).drop_duplicates()
    ends = ends[ends["landing"].isin(net.landing_index)]
    at = ends.groupby("landing")["cable_id"].nunique()
    chosen = sorted(at.index) if landings is None else list(net.losses(landings).landings)
    before = latency_matrix(net, rows, year=year)
    had = connections(net, Losses(), year)
    out = []
    for name in chosen:
        lost = Losses(landings=frozenset({name}))
        after = latency_matrix(net, rows, losses=lost, year=year)
        _, cut, increase = _compare(net, rows, before, after)
        has = connections(net, lost, year).reindex(had.index).fillna(0)
        falls = has[has < had]
        iso3 = str(net.points.at[net.landing_index[name], "iso3"])
        out.append(
            (name, iso3, int(at.get(name, 0)), cut, increase, int((falls == 0).sum()),
             int((falls == 1).sum()))
        )  # fmt: skip
    columns = [
        "landing", "iso3", "cables", "cut_share", "increase_ms", "countries_cut",
        "countries_single",
    ]  # fmt: skip
    ranked = pd.DataFrame(out, columns=columns)
    order = ["cut_share", "increase_ms", "countries_cut", "cables", "landing"]
    return ranked.sort_values(
        order, ascending=[False, False, False, False, True], ignore_index=True
    )


def strait_table(net: FibreNetwork, year: int | None = None) -> pd.DataFrame:
    """Cables in use that pass each named strait: ``strait``, ``cables``, ``names``."""
    alive = net.in_use(Losses(), year)
    rows = []
    for strait in STRAITS:
        ids = sorted(
            net.segments.loc[alive & net.strait_segments[strait.name], "cable_id"].unique()
        )
        rows.append((strait.name, len(ids), ", ".join(net.cable_names[i] for i in ids)))
    return pd.DataFrame(rows, columns=["strait", "cables", "names"])


def _compare(
    net: FibreNetwork,
    rows: NDArray[np.integer],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
) -> tuple[pd.DataFrame, float, float]:
    a, b = np.triu_indices(len(rows), 1)
    was, now = 2 * before[a, b], 2 * after[a, b]
    had = np.isfinite(was)
    a, b, was, now = a[had], b[had], was[had], now[had]
    people = net.points["population"].to_numpy(float)[rows]
    weight = people[a] * people[b]
    cut = ~np.isfinite(now)
    growth = np.where(cut, 0.0, np.where(cut, 0.0, now) - was * ~cut)
    total, kept = weight.sum(), weight[~cut].sum()
    at = net.points.loc[rows]
    name, iso3 = at["name"].to_numpy(), at["iso3"].to_numpy()
    hit = np.flatnonzero(cut | (growth >= LEAST_MS))
    table = pd.DataFrame(
        {
            "origin": name[a[hit]], "origin_iso3": iso3[a[hit]],
            "destination": name[b[hit]], "destination_iso3": iso3[b[hit]],
            "before_ms": was[hit], "after_ms": now[hit],
            "increase_ms": now[hit] - was[hit],
        }
    )  # fmt: skip
    table = table.sort_values(
        ["increase_ms", "origin", "destination"], ascending=[False, True, True], ignore_index=True
    )
    share = float(weight[cut].sum() / total) if total else 0.0
    mean = float((weight * growth).sum() / kept) if kept else 0.0
    return table, share, mean


def _pieces(links: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Connected pieces of a graph given by its links."""
    near: dict[str, set[str]] = {}
    for u, v in links:
        near.setdefault(u, set()).add(v)
        near.setdefault(v, set()).add(u)
    pieces = []
    left = set(near)
    while left:
        stack = [left.pop()]
        piece = set(stack)
        while stack:
            for other in near[stack.pop()] - piece:
                piece.add(other)
                stack.append(other)
        left -= piece
        pieces.append(piece)
    return pieces
