"""Which park suits an investor: may they enter, is it for their industry, how far is a gateway.

No weights: parks of hosts that bar the investor come last, stalled ones before them; the rest are
put in order by how closely the industry matches, then by entry rule, then by state of the park,
then by distance. Every criterion is a column, so that another order is one ``sort_values`` away.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.policy import facts
from beltroad.policy.entry.answers import Answer
from beltroad.policy.entry.catalogue import hosts
from beltroad.policy.entry.evaluate import entry
from beltroad.policy.entry.industries import codes_of, industry
from beltroad.policy.parks.gateways import gateways
from beltroad.policy.parks.registry import STATUS, find

__all__ = ["MATCHES", "VERDICTS", "suitable"]

# From best to worst.
VERDICTS = ("domestic", "permitted", "restricted", "no list known", "prohibited")
MATCHES = ("listed", "related", "any", "not listed")
_TIES = ("bit", "double_tax", "fta")


def suitable(
    investor: str, field: str, *, stake_pct: float = 100.0, host: str | None = None,
    activity: str | None = None, within_km: float | None = None, on: date | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Parks in order of how well they suit an investor.

    Parameters
    ----------
    investor
        Name or code of the economy the investor comes from.
    field
        Industry: ISIC Rev.4 code, or industry of the trade model.
    stake_pct
        Foreign stake wanted, 0 < stake <= 100.
    host
        Only parks in this economy.
    activity
        Narrows the industry, as in the entry rules.
    within_km
        Only parks within so many km (great circle) of a port, dry port or rail border crossing.
    on
        Date for entry rules and agreements; None for the latest.

    Returns
    -------
    DataFrame
        The parks with ``order`` (1 is first), ``entry`` (one of :data:`VERDICTS`), ``entry_note``,
        ``match`` (one of :data:`MATCHES`), ``ties`` (agreements in force between investor and
        host), distances to gateways, then the columns of the table ``parks``.

    Raises
    ------
    InputError
        If an economy, industry, stake or distance cannot be used, or no entry list knows the
        activity.
    """
    home = economies.iso3(investor)
    wanted = industry(field)
    if not 0 < stake_pct <= 100:
        raise InputError(f"stake {stake_pct:g}: give a share above 0 and up to 100 per cent")
    if within_km is not None and not within_km > 0:
        raise InputError(f"within {within_km:g} km: give a distance above 0")
    table = find(host)
    near = gateways(table)
    table = table.assign(match=[_match(wanted.classes, isic) for isic in table["isic"]])
    keys = list(zip(table["host"], table["zone"], strict=True))
    answers = _answers(home, keys, field, stake_pct, activity, on)
    table["entry"] = [answers[key][0] for key in keys]
    table["entry_note"] = [answers[key][1] for key in keys]
    ties = {at: _ties(home, at, on) for at in sorted(set(table["host"]))}
    table["ties"] = table["host"].map(ties)
    table = table.join(near)
    if within_km is not None:
        table = table[table["gateway_km"] <= within_km]
    order = table.assign(
        _out=2 * (table["entry"] == "prohibited") + (table["status"] == "stalled"),
        _match=table["match"].map(MATCHES.index),
        _entry=table["entry"].map(VERDICTS.index),
        _status=table["status"].map(STATUS.index),
        _km=table["gateway_km"].fillna(np.inf),
    ).sort_values(["_out", "_match", "_entry", "_status", "_km", "park_id"], kind="stable")
    out = table.loc[order.index].reset_index(drop=True)
    out.insert(0, "order", np.arange(1, len(out) + 1))
    front = ["order", "park_id", "name", "host", "entry", "entry_note", "match", "ties", "status",
             "gateway_km"]  # fmt: skip
    return out[front + [column for column in out.columns if column not in front]]


def _answers(
    home: str,
    keys: Iterable[tuple[str, str]],
    field: str,
    stake_pct: float,
    activity: str | None,
    on: date | None,
) -> dict[tuple[str, str], tuple[str, str]]:
    """Verdict and what it asks, for every host and zone."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    refused: dict[tuple[str, str], InputError] = {}
    recognised = False
    for key in sorted(set(keys)):
        if home == key[0] or key[0] not in hosts():
            found[key] = ("domestic" if home == key[0] else "no list known", "")
            continue
        try:
            answer = entry(home, key[0], field, stake_pct, on=on, activity=activity,
                           zones=_zones(key[1]))  # fmt: skip
        except InputError as error:
            refused[key] = error
        else:
            # A list without a measure on the industry takes any words for an activity.
            recognised = recognised or bool(answer.findings)
            found[key] = (answer.verdict, _note(answer))
    for (at, zone), why in refused.items():
        try:
            answer = entry(home, at, field, stake_pct, on=on, zones=_zones(zone))
        except InputError:
            # No list reaches back to the date.
            found[at, zone] = ("no list known", str(why))
            continue
        # Lists name activities in their own words.
        if not recognised:
            raise why
        unknown = "the list does not name this activity: judged for the whole industry"
        found[at, zone] = (answer.verdict, "; ".join(filter(None, [unknown, _note(answer)])))
    return found


def _zones(zone: str) -> tuple[str, ...]:
    return (zone,) if zone else ()


def _note(answer: Answer) -> str:
    """What would let the investor in, and what is asked of those who may enter."""
    said = [*answer.would_pass, *answer.requirements]
    if answer.depends_on:
        said.append("depends on the activity")
    return "; ".join(dict.fromkeys(said))


def _match(wanted: frozenset[str], isic: str) -> str:
    """How the industries a park is for compare with the one asked about."""
    codes = tuple(isic.split())
    if not codes:
        return "any"
    offered = codes_of(codes)
    if wanted & offered:
        return "listed"
    divisions = {code[:3] for code in offered}
    return "related" if {code[:3] for code in wanted} & divisions else "not listed"


def _ties(home: str, host: str, on: date | None) -> str:
    if home == host:
        return ""
    known = set(facts.instruments()["instrument"])
    held = [
        name
        for name in _TIES
        if name in known and facts.standing(name, home, host, on).state == "in_force"
    ]
    return " ".join(held)
