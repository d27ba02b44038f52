"""Tables of the answers about rules: parks, relations of two economies, forums."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from beltroad.app.answers import Column, Origin, Table, table_of

__all__ = ["forums_table", "parks_table", "relation_table"]

_ENTRY = Origin(
    kind="computed", method="entry",
    formula="verdict of the entry list of the host (and zone) for industry and stake",
)  # fmt: skip
_KM = Origin(
    kind="computed", method="parks", formula="great-circle distance between two points",
    note="Straight line; roads and rails are longer.",
)  # fmt: skip
_PARKS = (
    Column(name="order", title="Order", unit="-", kind="number", decimals=0,
           description="1 suits best.",
           origin=Origin(kind="computed", method="parks",
                         formula="hosts that bar the investor and stalled parks last; then match, "
                                 "entry, state, distance")),
    Column(name="name", title="Park"),
    Column(name="host", title="Host"),
    Column(name="entry", title="Entry", description="Verdict of the host's entry list.",
           origin=_ENTRY),
    Column(name="match", title="Industry", description="How closely the park's stated industries "
           "match.", origin=Origin(kind="computed", method="parks",
                                   formula="shared ISIC classes: listed; shared divisions: "
                                           "related; none stated: any")),
    Column(name="ties", title="Agreements in force",
           description="bit: investment treaty; double_tax: double taxation; fta: free trade."),
    Column(name="status", title="State"),
    Column(name="gateway_km", title="Nearest gateway", unit="km", kind="number", decimals=0,
           description="Container port, dry port or rail border crossing.", origin=_KM),
    Column(name="port", title="Port"),
    Column(name="entry_note", title="What the entry list asks", origin=_ENTRY),
    Column(name="industries", title="Industries as stated"),
    Column(name="year_open", title="Open since"),
    Column(name="firms", title="Firms", unit="firms", kind="number", decimals=0,
           origin=Origin(kind="claimed")),
    Column(name="invested_usd_mn", title="Invested", unit="million USD", kind="number", decimals=0,
           origin=Origin(kind="claimed")),
    Column(name="jobs", title="Jobs", unit="persons", kind="number", decimals=0,
           origin=Origin(kind="claimed")),
    Column(name="as_of", title="Figures as of", kind="text"),
    Column(name="confidence", title="Confidence"),
)  # fmt: skip
_RELATION = (
    Column(name="pillar", title="Pillar"),
    Column(name="title", title="Instrument"),
    Column(name="scope", title="Scope",
           description="between: agreed by the two; both: each is party; A to B: what A grants."),
    Column(name="state", title="State"),
    Column(name="state_one", title="First economy"),
    Column(name="state_other", title="Second economy"),
    Column(name="since", title="Since", kind="date"),
    Column(name="terms", title="Terms"),
    Column(name="confidence", title="Confidence"),
    Column(name="note", title="Remarks"),
)  # fmt: skip
_FORUMS = (
    Column(name="short_name", title="Forum"),
    Column(name="name", title="Full name"),
    Column(name="place", title="Place"),
    Column(name="seat_iso3", title="Economy"),
    Column(name="kinds", title="Kinds"),
    Column(name="since", title="Since", kind="text"),
    Column(name="confidence", title="Confidence"),
)
_STATES = {"in_force": "in force", "not": "no", "unknown": "not known"}


def parks_table(table: pd.DataFrame) -> Table:
    """Parks as :func:`beltroad.policy.parks.suitable` puts them in order."""
    shown = _sourced(table)
    shown["year_open"] = [f"{y:.0f}" if y == y else "" for y in table["year_open"]]
    return table_of("parks", "Parks, the most suitable first", shown, _PARKS,
                    origin=Origin(method="parks"))  # fmt: skip


def relation_table(table: pd.DataFrame) -> Table:
    """Lines of :func:`beltroad.policy.profile.relation`."""
    shown = _sourced(table)
    for column in ("state", "state_one", "state_other"):
        shown[column] = shown[column].map(lambda word: _STATES.get(word, word))
    return table_of("relation", "What holds", shown, _RELATION, origin=Origin(method="policy"))


def forums_table(places: Collection[str]) -> Table:
    """Institutions and courts seated in any of the economies."""
    from beltroad.policy.disputes import forums

    table = forums()
    table = table[table["seat_iso3"].isin(set(places))].reset_index(drop=True)
    return table_of("forums", "Forums at these places", _sourced(table), _FORUMS,
                    origin=Origin(method="disputes"))  # fmt: skip


def _sourced(table: pd.DataFrame) -> pd.DataFrame:
    """With the source of each row, and doubt said in words."""
    shown = table.copy()
    confidence = shown["confidence"]
    origins = [_origin(row) for row in table.to_dict("records")]
    shown["_origin"] = pd.Series(origins, index=shown.index, dtype=object)
    shown["confidence"] = confidence.where(confidence != "low", "unconfirmed")
    return shown


def _origin(row: dict[Any, Any]) -> dict[str, Any]:
    url = str(row.get("source_url") or "")
    # Several addresses are joined by a blank; the first stands for them.
    return {
        "source": str(row.get("source_title") or ""), "url": url.split(" ")[0],
        "as_of": str(row.get("as_of") or row.get("accessed") or ""), "kind": "claimed",
        "note": str(row.get("note") or ""),
    }  # fmt: skip
