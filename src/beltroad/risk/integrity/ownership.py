"""Who owns and controls whom: integrated shares, control, common ties of bidders, listed owners.

With direct shares A[i, j] (the part of j that i holds), the part of j that an owner i without
owners of its own holds directly or through any chain, circles included, is
``A_u (I - A_c)^-1`` where u are such owners and c the rest: the sum over all paths of the products
of shares along them (Brioschi, Buzzacchi and Colombo 1989).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from beltroad.errors import InputError, suggest

__all__ = ["FIFTY", "Graph", "bidder_links", "control", "listed_owners", "ultimate_owners"]

FIFTY = "https://ofac.treasury.gov/faqs/401"
"""OFAC's question 401, which defines indirect ownership under its 50 percent rule."""

_LARGEST = 4000
_TIES = ("director", "address", "phone")


@dataclass(frozen=True)
class Graph:
    """Parties and ties.

    Attributes
    ----------
    parties
        Index id; columns name, kind (``person``, ``organisation`` or empty).
    shares
        owner, owned, share_pct (midpoint where a source gives a range; NaN where not known),
        source.
    ties
        party, tie (``director``, ``address``, ``phone``), value, source. For directors ``party``
        is the firm and ``value`` the director's id.
    """

    parties: pd.DataFrame
    shares: pd.DataFrame
    ties: pd.DataFrame

    def name(self, key: str) -> str:
        """Name of a party, or its id."""
        name = str(self.parties["name"].get(key, ""))
        return name or key


def ultimate_owners(graph: Graph, of: str | None = None, *, least_pct: float = 0.0) -> pd.DataFrame:
    """Integrated shares of owners that nobody owns.

    Parameters
    ----------
    of
        Only the owners of this party.
    least_pct
        Leave out smaller shares.

    Returns
    -------
    DataFrame
        owned, owned_name, owner, owner_name, direct_pct, integrated_pct, path (the chain with the
        largest product), unknown_pct (what no ultimate owner is known of, in the whole firm).

    Raises
    ------
    InputError
        If ``of`` is not known, shares of a firm exceed 100 %, or firms own each other entirely.
    """
    if of is not None and of not in graph.parties.index:
        raise InputError(f"{of!r:.60}: no such party. {suggest(of, graph.parties.index)}".rstrip())
    if not 0 <= least_pct <= 100:
        raise InputError(f"least share {least_pct:g} %: give 0 to 100")
    shares = _summed(graph)
    rows = []
    for members in _components(shares):
        if of is not None and of not in members:
            continue
        rows += _owners_in(graph, shares, members, of, least_pct)
    columns = ["owned", "owned_name", "owner", "owner_name", "direct_pct", "integrated_pct",
               "path", "unknown_pct"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(
        ["owned", "integrated_pct", "owner"], ascending=[True, False, True], ignore_index=True
    )


def _owners_in(
    graph: Graph, shares: dict[str, dict[str, float]], members: list[str], of: str | None,
    least_pct: float,
) -> list[dict[str, object]]:  # fmt: skip
    if len(members) > _LARGEST:
        raise InputError(
            f"{len(members):,} parties hang together (around {graph.name(members[0])!r:.60}); "
            f"at most {_LARGEST:,} are solved at once: give the part around the firms in question"
        )
    place = {key: i for i, key in enumerate(members)}
    direct = np.zeros((len(members), len(members)))
    for owned, owners in shares.items():
        if owned in place:
            for owner, share in owners.items():
                direct[place[owner], place[owned]] = share
    has_owner = direct.sum(axis=0) > 0
    tops, firms = np.flatnonzero(~has_owner), np.flatnonzero(has_owner)
    inner = np.eye(len(firms)) - direct[np.ix_(firms, firms)]
    # A circle in which everything is held inside has no outside owner: the sum does not end.
    if np.linalg.cond(inner) > 1e12:
        held = direct[np.ix_(firms, firms)].sum(axis=0)
        who = [graph.name(members[firms[i]]) for i in np.flatnonzero(held > 1 - 1e-9)][:5]
        raise InputError(
            f"{', '.join(who)}: own each other entirely, nobody outside owns them; check the shares"
        )
    integrated = np.linalg.solve(inner.T, direct[np.ix_(tops, firms)].T).T
    rows: list[dict[str, object]] = []
    for j, firm in enumerate(firms):
        owned = members[firm]
        if of is not None and owned != of:
            continue
        known = float(integrated[:, j].sum())
        for i, top in enumerate(tops):
            share = float(integrated[i, j])
            if share <= 1e-12 or share * 100 < least_pct:
                continue
            chain = _strongest(shares, members[top], owned)
            rows.append({
                "owned": owned, "owned_name": graph.name(owned), "owner": members[top],
                "owner_name": graph.name(members[top]),
                "direct_pct": 100 * float(direct[top, firm]), "integrated_pct": 100 * share,
                "path": _told(graph, shares, chain),
                "unknown_pct": max(0.0, 100 * (1 - known)),
            })  # fmt: skip
    return rows


def control(graph: Graph, *, threshold_pct: float = 50.0) -> pd.DataFrame:
    """Who controls whom: more than the threshold held by a party and the firms it controls.

    Parameters
    ----------
    threshold_pct
        50 for a majority; 25 is the usual mark of a beneficial owner.

    Returns
    -------
    DataFrame
        controller, controller_name, controlled, controlled_name, held_pct (by the controller and
        what it controls), through (the firms that hold it).
    """
    if not 0 < threshold_pct < 100:
        raise InputError(f"threshold {threshold_pct:g} %: give more than 0 and less than 100")
    shares = _summed(graph)
    rows = []
    for start in sorted({owner for owners in shares.values() for owner in owners}):
        for owned, (held, through) in _reached(shares, {start}, threshold_pct, strict=True).items():
            rows.append({
                "controller": start, "controller_name": graph.name(start), "controlled": owned,
                "controlled_name": graph.name(owned), "held_pct": held,
                "through": "; ".join(graph.name(each) for each in through),
            })  # fmt: skip
    columns = ["controller", "controller_name", "controlled", "controlled_name", "held_pct",
               "through"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def listed_owners(graph: Graph, listed: Iterable[str], *, share_pct: float = 50.0) -> pd.DataFrame:
    """Firms of which listed parties own half or more, together, directly or through such firms.

    This is the reading of OFAC's 50 percent rule in :data:`FIFTY`: what a firm owns counts only if
    listed parties own half of that firm; shares are added up, not multiplied. Where an authority
    asks for more than half, give 50.01; where for control, look at :func:`control`.

    Returns
    -------
    DataFrame
        party, name, held_pct, held_by (with shares), rule, lead.

    Raises
    ------
    InputError
        If a listed id is not in the graph.
    """
    start = set(listed)
    unknown = sorted(start - set(graph.parties.index))
    if unknown:
        raise InputError(f"not in the graph: {', '.join(unknown[:5])}")
    if not 0 < share_pct <= 100:
        raise InputError(f"share {share_pct:g} %: give more than 0 and at most 100")
    shares = _summed(graph)
    rows = [
        {"party": owned, "name": graph.name(owned), "held_pct": held,
         "held_by": "; ".join(
             f"{graph.name(each)} {100 * shares[owned][each]:g} %" for each in through),
         "rule": FIFTY, "lead": "a lead, not a verdict: confirm the shares and their date"}
        for owned, (held, through) in _reached(shares, start, share_pct, strict=False).items()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["party", "name", "held_pct", "held_by", "rule", "lead"])


def bidder_links(graph: Graph, bidders: pd.DataFrame, *, least_pct: float = 25.0) -> pd.DataFrame:
    """What ties bidders of one tender to each other.

    Parameters
    ----------
    bidders
        Columns tender and bidder (ids of the graph). Bidders that the graph does not know are
        left out.
    least_pct
        Least integrated share of a common owner in both.

    Returns
    -------
    DataFrame
        tender, first, first_name, second, second_name, link (``owner``, ``owns``, ``director``,
        ``address``, ``phone``), evidence, lead.
    """
    missing = [each for each in ("tender", "bidder") if each not in bidders.columns]
    if missing:
        raise InputError(f"bidders: no column {' or '.join(missing)}; give tender and bidder")
    owners = ultimate_owners(graph, least_pct=least_pct)
    by_firm = {str(k): part.set_index("owner") for k, part in owners.groupby("owned")}
    shares = _summed(graph)
    ties = {(str(row.party), str(row.tie), str(row.value)) for row in graph.ties.itertuples()}
    by_party: dict[str, set[tuple[str, str]]] = {}
    for party, tie, value in ties:
        by_party.setdefault(party, set()).add((tie, value))
    rows = []
    for tender, group in bidders.groupby("tender", sort=True):
        ids = sorted({str(each) for each in group["bidder"]} & set(graph.parties.index))
        for n, first in enumerate(ids):
            for second in ids[n + 1 :]:
                for link, evidence in _links(graph, shares, by_firm, by_party, first, second,
                                             least_pct):  # fmt: skip
                    rows.append({
                        "tender": tender, "first": first, "first_name": graph.name(first),
                        "second": second, "second_name": graph.name(second), "link": link,
                        "evidence": evidence,
                        "lead": "a lead, not a verdict: ties can be lawful and declared",
                    })  # fmt: skip
    columns = ["tender", "first", "first_name", "second", "second_name", "link", "evidence", "lead"]
    return pd.DataFrame(rows, columns=columns)


def _links(
    graph: Graph, shares: dict[str, dict[str, float]], by_firm: dict[str, pd.DataFrame],
    by_party: dict[str, set[tuple[str, str]]], first: str, second: str, least_pct: float,
) -> list[tuple[str, str]]:  # fmt: skip
    out: list[tuple[str, str]] = []
    for above, below in ((first, second), (second, first)):
        chain = _strongest(shares, above, below)
        if chain and 100 * _product(shares, chain) >= least_pct:
            out.append(("owns", _told(graph, shares, chain)))
    one, two = by_firm.get(first), by_firm.get(second)
    if one is not None and two is not None:
        for owner in sorted(set(one.index) & set(two.index)):
            a, b = one.loc[owner], two.loc[owner]
            out.append((
                "owner",
                f"{graph.name(owner)}: {a['integrated_pct']:.1f} % ({a['path']}) and "
                f"{b['integrated_pct']:.1f} % ({b['path']})",
            ))  # fmt: skip
    for tie, value in sorted(by_party.get(first, set()) & by_party.get(second, set())):
        out.append((tie, graph.name(value) if tie == "director" else value))
    return out


def _summed(graph: Graph) -> dict[str, dict[str, float]]:
    """Known direct shares, 0 to 1: owned -> owner -> share."""
    known = graph.shares.dropna(subset=["share_pct"])
    out: dict[str, dict[str, float]] = {}
    total = known.groupby(["owned", "owner"], sort=True)["share_pct"].sum().reset_index()
    for owned, owner, share in total.itertuples(index=False):
        if share > 0:
            out.setdefault(str(owned), {})[str(owner)] = float(share) / 100
    for owned, owners in out.items():
        whole = sum(owners.values())
        if whole > 1 + 1e-6:
            raise InputError(
                f"shares of {graph.name(owned)!r:.60} add up to {100 * whole:.4g} %; check them "
                "(is the same share given twice?)"
            )
    return out


def _components(shares: dict[str, dict[str, float]]) -> list[list[str]]:
    """Parties that hang together by shares."""
    near: dict[str, set[str]] = {}
    for owned, owners in shares.items():
        for owner in owners:
            near.setdefault(owned, set()).add(owner)
            near.setdefault(owner, set()).add(owned)
    out: list[list[str]] = []
    seen: set[str] = set()
    for start in sorted(near):
        if start in seen:
            continue
        seen.add(start)
        group, todo = [start], [start]
        while todo:
            for other in near[todo.pop()] - seen:
                seen.add(other)
                group.append(other)
                todo.append(other)
        out.append(sorted(group))
    return out


def _reached(
    shares: dict[str, dict[str, float]], start: set[str], threshold_pct: float, *, strict: bool
) -> dict[str, tuple[float, Sequence[str]]]:
    """Firms held above the threshold by ``start`` and firms so held; repeated until none comes."""
    inside = set(start)
    out: dict[str, tuple[float, Sequence[str]]] = {}
    owned_by: dict[str, set[str]] = {}
    for owned, owners in shares.items():
        for owner in owners:
            owned_by.setdefault(owner, set()).add(owned)
    todo = set().union(*(owned_by.get(each, set()) for each in inside))
    while todo:
        following: set[str] = set()
        for owned in sorted(todo - inside):
            through = [each for each in shares[owned] if each in inside]
            held = 100 * sum(shares[owned][each] for each in through)
            if held > threshold_pct + 1e-9 or (not strict and held >= threshold_pct - 1e-9):
                inside.add(owned)
                following |= owned_by.get(owned, set())
        todo = following - inside
    for owned in sorted(inside - start):
        through = [each for each in shares[owned] if each in inside]
        out[owned] = (100 * sum(shares[owned][each] for each in through), through)
    return out


def _strongest(shares: dict[str, dict[str, float]], owner: str, owned: str) -> list[str]:
    """The chain from owner to owned with the largest product of shares; empty if there is none."""
    best: dict[str, float] = {owned: 1.0}
    after: dict[str, str] = {}
    open_ = {owned}
    done: set[str] = set()
    while open_:
        here = max(open_, key=lambda key: (best[key], key))
        if here == owner:
            break
        open_.discard(here)
        done.add(here)
        for above, share in shares.get(here, {}).items():
            worth = best[here] * share
            if above not in done and worth > best.get(above, 0.0):
                best[above], after[above] = worth, here
                open_.add(above)
    if owner not in best or owner == owned:
        return []
    chain = [owner]
    while chain[-1] != owned:
        chain.append(after[chain[-1]])
    return chain


def _product(shares: dict[str, dict[str, float]], chain: Sequence[str]) -> float:
    out = 1.0
    for owner, owned in pairwise(chain):
        out *= shares[owned][owner]
    return out


def _told(graph: Graph, shares: dict[str, dict[str, float]], chain: Sequence[str]) -> str:
    """``Ann -60 %-> Holding -50 %-> Works``."""
    text = graph.name(chain[0]) if chain else ""
    for owner, owned in pairwise(chain):
        text += f" -{100 * shares[owned][owner]:g} %-> {graph.name(owned)}"
    return text
