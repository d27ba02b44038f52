"""Values of links for readers: a ranked table with names, and lines for a map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.appraisal.marginal import LinkValues
from beltroad.appraisal.marginal_places import KINDS, Places, places_of
from beltroad.errors import InputError, suggest
from beltroad.infrastructure.disruption.gates import port_name
from beltroad.infrastructure.routes.closures import STRAITS
from beltroad.infrastructure.routes.names import Names

__all__ = ["ALL", "CHOICES", "NOT_COVERED", "Ranking", "host_table", "rank_places", "summary"]

Array = NDArray[np.float64]
# Projects are lines that rail and road count already, gauge breaks are borders, straits stand for
# the open sea, and terminals would fill any table.
ALL = tuple(kind for kind in KINDS if kind not in ("project", "terminal", "gauge", "sea"))
CHOICES = ("all", *KINDS)
SHOWN, SLIGHT = 3, 0.01
NOT_COVERED = (
    "small changes only: an hour is worth less once ways switch to it or away from it",
    "all goods take the fastest ways; freight money, capacity and queues do not enter",
    "trade within an economy counts only where the case lets it",
    "countries outside the accounts gain nothing here, though their lines may be worth much",
)


@dataclass(frozen=True)
class Ranking:
    """Places worth most, one row each, and where they lie.

    ``table`` has ``rank``, ``kind``, ``ref``, ``name``, ``hosts`` (ISO 3166 codes, ``;`` between),
    ``hours`` (time there now, mean over what passes), ``km``, ``value_usd`` (world, USD a year per
    hour saved), ``passing_pct`` (of the value of an hour off every shipment), ``time_share_pct``
    (of what all hours cost), ``host_share_pct`` (of the value that falls to the hosts),
    ``gainers`` and ``losers``, and ``value_country_usd``, ``passing_country_pct`` where a country
    was asked for. ``lines`` has ``rank``, ``kind``, ``part``, ``lat``, ``lon`` and ``value_usd``:
    a part of one row is a point.
    """

    table: pd.DataFrame
    lines: pd.DataFrame


def rank_places(
    values: LinkValues, *, kind: str = "all", country: str | None = None, top: int = 30,
    worst: bool = False,
) -> Ranking:  # fmt: skip
    """The places worth most to the world, or to one country; ``worst`` those that hurt most.

    Only places of value come, or with ``worst`` only those where an hour saved is a loss.

    Raises
    ------
    InputError
        If the kind is none of ``CHOICES`` or the country has no column.
    """
    if kind not in CHOICES:
        raise InputError(f"kind {kind[:30]!r}: choose from {', '.join(CHOICES)}")
    column = None if country is None else _column(values, country)
    blocks = [places_of(values, k) for k in (ALL if kind == "all" else (kind,))]
    size = [len(b.refs) for b in blocks]
    block = np.repeat(np.arange(len(blocks)), size)
    within = np.concatenate([np.arange(n) for n in size]) if size else np.empty(0, int)
    worth = np.concatenate(
        [b.world if column is None else b.countries[:, column].astype(float) for b in blocks]
    )
    sign = -1.0 if worst else 1.0
    order = np.lexsort((within, block, -sign * worth))[:top]
    order = order[sign * worth[order] > 0]
    names = Names(values.network, {})
    rows, lines = [], []
    for rank, k in enumerate(order, start=1):
        places, at = blocks[block[k]], int(within[k])
        rows.append({"rank": rank} | _row(values, places, at, names, column))
        lines.append(_lines(values, places, at).assign(
            rank=rank, kind=places.kind, value_usd=float(worth[k])))  # fmt: skip
    columns = ["rank", "kind", "part", "lat", "lon", "value_usd"]
    none = pd.DataFrame(columns=columns)
    return Ranking(
        pd.DataFrame(rows, columns=_columns(column)),
        pd.concat(lines, ignore_index=True)[columns] if lines else none,
    )


def host_table(values: LinkValues, country: str | None = None) -> pd.DataFrame:
    """Where time is spent and by whom it is borne: what 1 % of all hours is worth, USD a year.

    Rows are hosts of links and ports (``at sea`` for none), the largest first. Columns: ``host``,
    ``usd_per_pct`` (world, or the country asked for), ``share_pct``, and for the world
    ``own_share_pct``: what falls to the host itself.
    """
    column = None if country is None else _column(values, country)
    spent = values.by_host.sum(axis=1) if column is None else values.by_host[:, column]
    keep = np.flatnonzero(spent)
    keep = keep[np.lexsort((keep, -spent[keep]))]
    hosts = [values.hosts[k] for k in keep]
    place = {code: k for k, code in enumerate(values.economies)}
    table = pd.DataFrame(
        {
            "host": [h or "at sea" for h in hosts],
            "usd_per_pct": 0.01 * spent[keep],
            "share_pct": 100 * spent[keep] / spent.sum(),
        }
    )
    if column is None:
        table["own_share_pct"] = [
            100 * values.by_host[k, place[h]] / spent[k] if h in place else np.nan
            for k, h in zip(keep, hosts, strict=True)
        ]
    return table


def summary(values: LinkValues, country: str | None = None) -> dict[str, Any]:
    """The whole network in a few figures."""
    column = None if country is None else _column(values, country)
    told = values.per_hour.sum() if column is None else values.per_hour[column]
    total = values.total_time_usd if column is None else values.by_host[:, column].sum()
    return {
        "state": values.state, "country": country or "world", "economies": len(values.economies),
        "links_used": len(values.links), "usd_per_hour_off_every_shipment": float(told),
        "usd_per_pct_off_all_hours": 0.01 * float(total), "not_covered": list(NOT_COVERED),
    }  # fmt: skip


def _column(values: LinkValues, country: str) -> int:
    if country not in values.economies:
        raise InputError(
            f"country {country[:30]!r} is not in the trade model. "
            f"{suggest(country, values.economies)}"
        )
    return values.economies.index(country)


def _columns(column: int | None) -> list[str]:
    out = [
        "rank", "kind", "ref", "name", "hosts", "hours", "km", "value_usd", "passing_pct",
        "time_share_pct", "host_share_pct", "gainers", "losers",
    ]  # fmt: skip
    return out if column is None else [*out, "value_country_usd", "passing_country_pct"]


def _row(
    values: LinkValues, places: Places, k: int, names: Names, column: int | None
) -> dict[str, Any]:
    net, rows = values.network, places.links(k)
    world, told = float(places.world[k]), places.countries[k].astype(float)
    hosts = _hosts(values, places, k)
    place = [values.economies.index(h) for h in hosts if h in values.economies]
    known = bool(place) and world != 0
    gains, losses = np.maximum(told, 0.0), np.maximum(-told, 0.0)
    row = {
        "kind": places.kind,
        "ref": places.refs[k] if places.kind in ("border", "port", "strait", "project") else "",
        "name": _name(values, places, k, names),
        "hosts": ";".join(hosts),
        "hours": float(places.time_usd[k]) / world if world else np.nan,
        "km": float(net.km[rows].sum()) if len(rows) else np.nan,
        "value_usd": world,
        "passing_pct": 100 * world / float(values.per_hour.sum()),
        "time_share_pct": 100 * float(places.time_usd[k]) / values.total_time_usd,
        "host_share_pct": 100 * float(told[place].sum()) / world if known else np.nan,
        "gainers": _most(values.economies, gains, gains.sum()),
        "losers": _most(values.economies, losses, gains.sum(), SLIGHT),
    }
    if column is not None:
        row["value_country_usd"] = float(told[column])
        row["passing_country_pct"] = 100 * float(told[column]) / float(values.per_hour[column])
    return row


def _most(codes: Sequence[str], amount: Array, total: float, least: float = 0.0) -> str:
    """The largest few with their shares of the total."""
    order = np.argsort(-amount, kind="stable")[:SHOWN]
    return ", ".join(
        f"{codes[k]} {100 * amount[k] / total:.0f} %"
        for k in order
        if total > 0 and amount[k] > least * total
    )


def _hosts(values: LinkValues, places: Places, k: int) -> list[str]:
    """Countries where the place lies, the one with most of it first."""
    net, rows = values.network, places.links(k)
    nodes = np.concatenate([net.u[rows], net.v[rows]])
    if places.kind == "port":
        at = np.flatnonzero(net.ref[values.ports] == places.refs[k])
        nodes = values.ports[at]
    codes, count = np.unique(net.country_of(nodes), return_counts=True)
    order = np.lexsort((codes, -count))
    return [str(codes[j]) for j in order if codes[j]]


def _name(values: LinkValues, places: Places, k: int, names: Names) -> str:
    net, rows, ref = values.network, places.links(k), places.refs[k]
    if places.kind == "port":
        return port_name(ref)
    if places.kind == "strait":
        return STRAITS[ref][0] if ref in STRAITS else ref
    if places.kind == "project":
        table = evidence.load("projects").set_index("id")["name"]
        return str(table.get(ref, ref))
    mode = str(net.links["mode"].iloc[rows[0]])
    if places.kind in ("border", "gauge"):
        return f"{names.crossing(int(rows[0]), True)} ({mode})"
    if places.kind == "terminal":
        return f"{names.node(int(ref.split()[0]))} ({mode})"
    start = places.ahead[places.first[k]]
    end = places.ahead[places.first[k + 1] - 1]
    ends = [
        names.node(int(net.u[rows[0]] if start else net.v[rows[0]])),
        names.node(int(net.v[rows[-1]] if end else net.u[rows[-1]])),
    ]
    tags = [t for t in dict.fromkeys(net.passage[rows].tolist()) if t]
    where = f" ({', '.join(STRAITS[t][0] if t in STRAITS else t for t in tags)})" if tags else ""
    return (f"near {ends[0]}" if ends[0] == ends[1] else f"{ends[0]} – {ends[1]}") + where


def _lines(values: LinkValues, places: Places, k: int) -> pd.DataFrame:
    """Points of a place, by part; cut where a line crosses the date line."""
    net, rows = values.network, places.links(k)
    if places.kind == "port":
        nodes = values.ports[net.ref[values.ports] == places.refs[k]][:1]
        return pd.DataFrame({"part": 0, "lat": net.lat[nodes], "lon": net.lon[nodes]})
    ahead = places.ahead[places.first[k] : places.first[k + 1]]
    a = np.where(ahead, net.u[rows], net.v[rows])
    b = np.where(ahead, net.v[rows], net.u[rows])
    near = np.abs(net.lon[a] - net.lon[b]) < 180
    a, b = a[near], b[near]
    if not len(a):
        return pd.DataFrame({"part": [], "lat": [], "lon": []})
    goes_on = np.concatenate([[False], a[1:] == b[:-1]])
    part = np.cumsum(~goes_on) - 1
    starts = np.flatnonzero(~goes_on)
    nodes, where = np.concatenate([a[starts], b]), np.concatenate([part[starts], part])
    step = np.concatenate([starts - 0.5, np.arange(len(b))])
    order = np.lexsort((step, where))
    return pd.DataFrame(
        {"part": where[order], "lat": net.lat[nodes[order]], "lon": net.lon[nodes[order]]}
    )
