"""Ownership graphs from files: CSV, FollowTheMoney entities, beneficial ownership statements."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.risk._cells import Faults, number_of, rows_of
from beltroad.risk.integrity.ownership import Graph
from beltroad.risk.integrity.screening.lists.tables import (
    MOST_BYTES,
    MOST_ROWS,
    entity_lines,
    open_text,
)
from beltroad.risk.integrity.screening.names import folded
from beltroad.risk.integrity.tables import loads

__all__ = ["COLUMNS", "read_bidders", "read_graph"]

COLUMNS = ("owner", "owned", "share_pct", "link", "owner_name", "owned_name", "owner_kind")
"""Columns of the CSV; ``link`` is ``owns`` (default), ``director``, ``address`` or ``phone``."""

_LINKS = ("owns", "director", "address", "phone")


class _Builder:
    def __init__(self, source: str) -> None:
        self.source = source
        self.parties: dict[str, list[str]] = {}
        self.shares: list[tuple[str, str, float]] = []
        self.ties: list[tuple[str, str, str]] = []

    def party(self, key: str, name: str = "", kind: str = "") -> None:
        known = self.parties.setdefault(key, ["", ""])
        known[0] = known[0] or name
        known[1] = known[1] or kind

    def share(self, owner: str, owned: str, share_pct: float) -> None:
        self.party(owner)
        self.party(owned)
        self.shares.append((owner, owned, share_pct))

    def tie(self, party: str, tie: str, value: str) -> None:
        self.party(party)
        if tie == "director":
            self.party(value)
        else:
            value = _plain(value, tie)
        if value:
            self.ties.append((party, tie, value))

    def graph(self) -> Graph:
        parties = pd.DataFrame.from_dict(self.parties, orient="index", columns=["name", "kind"])
        shares = pd.DataFrame(self.shares, columns=["owner", "owned", "share_pct"])
        shares["share_pct"] = shares["share_pct"].astype(float)
        ties = pd.DataFrame(self.ties, columns=["party", "tie", "value"])
        return Graph(parties, shares.assign(source=self.source), ties.assign(source=self.source))


def read_graph(path: Path, form: str = "") -> Graph:
    """Read a graph.

    Parameters
    ----------
    form
        ``csv``, ``ftm`` (entities in JSON lines) or ``bods`` (Beneficial Ownership Data Standard
        0.4, JSON or JSON lines); empty to tell it from the file.

    Raises
    ------
    InputError
        If the file cannot be read, with all faults of a CSV.
    """
    known = {"csv": _csv, "ftm": _entities, "bods": _statements}
    if form and form not in known:
        raise InputError(f"{form!r}: not a format. {suggest(form, known)} Formats: csv, ftm, bods")
    graph = known[form or _guess(path)](path).graph()
    if graph.shares.empty and graph.ties.empty:
        raise InputError(f"{path}: holds no ownership and no ties")
    return graph


def read_bidders(path: Path) -> pd.DataFrame:
    """Columns tender and bidder of a table; a row without either is a fault."""
    faults = Faults(path)
    rows = rows_of(path, ("tender", "bidder"), ("tender", "bidder"), faults, most_rows=MOST_ROWS,
                   most_bytes=MOST_BYTES)  # fmt: skip
    if not rows:
        faults.add(None, "rows", "there is none.")
    faults.check()
    pairs = dict.fromkeys((row["tender"], row["bidder"]) for row in rows)
    return pd.DataFrame(list(pairs), columns=["tender", "bidder"])


def _guess(path: Path) -> str:
    if path.suffix.lower() == ".csv":
        return "csv"
    with open_text(path, "utf-8-sig") as handle:
        head = handle.read(4000)
    return "ftm" if '"schema"' in head and '"properties"' in head else "bods"


def _csv(path: Path) -> _Builder:
    out = _Builder(path.name)
    faults = Faults(path)
    rows = rows_of(path, COLUMNS, ("owner", "owned"), faults, most_rows=MOST_ROWS,
                   most_bytes=MOST_BYTES)  # fmt: skip
    for row in rows:
        if faults.enough:
            break
        link = row.get("link", "").lower() or "owns"
        if link not in _LINKS:
            faults.add(row, "link", f"{link!r:.40} is not known.",
                       f"{suggest(link, _LINKS)} Use {', '.join(_LINKS)}.".strip())  # fmt: skip
        elif link == "owns":
            share = faults.take(row, "share_pct", _number, empty=math.nan)
            out.share(row["owner"], row["owned"], share)
        else:
            out.tie(row["owned"], link, row["owner"])
        if link in ("owns", "director"):
            kind = row.get("owner_kind", "").lower()
            out.party(row["owner"], row.get("owner_name", ""), kind)
        out.party(row["owned"], row.get("owned_name", ""), "organisation")
    faults.check()
    return out


def _number(text: str) -> float:
    share = number_of(text.rstrip("% "))
    if not 0 <= share <= 100:
        raise InputError(f"{text!r:.40} is no share: give 0 to 100, or leave it empty.")
    return share


def _entities(path: Path) -> _Builder:
    out = _Builder(path.name)
    for _, entity in entity_lines(path):
        values, schema, key = entity["properties"], entity["schema"], entity["id"]
        if schema == "Ownership":
            for owner in _all(values, "owner"):
                for owned in _all(values, "asset"):
                    out.share(owner, owned, _share_text(_first(values, "percentage")))
        elif schema == "Directorship":
            for director in _all(values, "director"):
                for firm in _all(values, "organization"):
                    out.tie(firm, "director", director)
        elif schema in ("Person", "Company", "Organization", "LegalEntity", "PublicBody"):
            kind = "person" if schema == "Person" else "organisation"
            out.party(key, _first(values, "name"), "" if schema == "LegalEntity" else kind)
            for tie in ("address", "phone"):
                for value in _all(values, tie):
                    out.tie(key, tie, value)
    return out


def _share_text(text: str) -> float:
    found = re.findall(r"\d+(?:\.\d+)?", text.replace(",", "."))
    numbers = [float(each) for each in found[:2]]
    share = sum(numbers) / len(numbers) if numbers else math.nan
    return share if not share > 100 else math.nan


def _statements(path: Path) -> _Builder:
    out = _Builder(path.name)
    latest: dict[str, Mapping[str, Any]] = {}
    for statement in _load(path):
        key = statement.get("recordId")
        details = statement.get("recordDetails")
        if not isinstance(key, str) or not isinstance(details, dict):
            raise InputError(
                f"{path}: statement {str(statement.get('statementId'))!r:.60} has no recordId or "
                "recordDetails; is it BODS 0.4?"
            )
        # A later statement of a record replaces the earlier; a closed one ends it.
        old = latest.get(key)
        if old is None or _dated(old) <= _dated(statement):
            latest[key] = statement
    for key, statement in latest.items():
        if statement.get("recordStatus") == "closed":
            continue
        details = statement["recordDetails"]
        kind = statement.get("recordType")
        if kind == "entity":
            out.party(key, _string(details.get("name")), "organisation")
            _addresses(out, key, details)
        elif kind == "person":
            names = [_string(each.get("fullName")) for each in _objects(details.get("names"))]
            out.party(key, next(filter(None, names), ""), "person")
            _addresses(out, key, details)
        elif kind == "relationship":
            _relationship(out, details)
    return out


def _relationship(out: _Builder, details: Mapping[str, Any]) -> None:
    owned, owner = details.get("subject"), details.get("interestedParty")
    if not isinstance(owned, str) or not isinstance(owner, str):
        return  # an unspecified party: nothing to follow
    for interest in _objects(details.get("interests")):
        if interest.get("endDate"):
            continue
        share = interest.get("share")
        kind = interest.get("type")
        # Indirect interests repeat what direct ones of the components say.
        if kind == "shareholding" and interest.get("directOrIndirect") != "indirect":
            out.share(owner, owned, _share(share if isinstance(share, dict) else {}))
        elif kind in ("boardMember", "seniorManagingOfficial", "boardChair"):
            out.tie(owned, "director", owner)


def _share(share: Mapping[str, Any]) -> float:
    exact = share.get("exact")
    if _is_share(exact):
        return exact
    low = share.get("minimum", share.get("exclusiveMinimum"))
    high = share.get("maximum", share.get("exclusiveMaximum"))
    ends = [each for each in (low, high) if _is_share(each)]
    return sum(ends) / 2 if len(ends) == 2 else math.nan


def _is_share(value: object) -> TypeGuard[float]:
    """A JSON number from 0 to 100; all else counts as not known."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100


def _addresses(out: _Builder, key: str, details: Mapping[str, Any]) -> None:
    for each in _objects(details.get("addresses")):
        if text := _string(each.get("address")):
            out.tie(key, "address", text)


def _load(path: Path) -> list[Mapping[str, Any]]:
    with open_text(path, "utf-8-sig") as handle:
        text = handle.read()
    try:
        value = loads(text)
        rows = value if isinstance(value, list) else [value]
    except (ValueError, RecursionError):
        rows = []
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                try:
                    rows.append(loads(line))
                except RecursionError:
                    raise InputError(f"{path}, line {number}: nested too deeply") from None
                except ValueError as error:
                    raise InputError(
                        f"{path}, line {number}: not valid JSON ({error!s:.120})"
                    ) from None
    if not rows or not all(isinstance(each, dict) for each in rows):
        raise InputError(f"{path}: is no list of statements")
    return rows


def _dated(statement: Mapping[str, Any]) -> str:
    return _string(statement.get("statementDate"))


def _plain(value: str, tie: str) -> str:
    """An address or telephone number in a form that can be compared."""
    if tie == "phone":
        digits = re.sub(r"\D", "", value)
        return digits.removeprefix("00")
    return " ".join(folded(value))


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _string(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _all(values: Mapping[str, Any], key: str) -> list[str]:
    found = values.get(key)
    if isinstance(found, dict | str):
        found = [found]
    # Nested entities come as objects with an id.
    listed = found if isinstance(found, list) else []
    out = [each.get("id") if isinstance(each, dict) else each for each in listed]
    return [each for each in out if isinstance(each, str) and each]


def _first(values: Mapping[str, Any], key: str) -> str:
    return next(iter(_all(values, key)), "")
