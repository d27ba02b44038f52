"""Read a rule file on data flows (TOML) and refuse a faulty one, naming every fault."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from beltroad.errors import Fault, InputError, suggest
from beltroad.evidence import economies
from beltroad.policy.dataflows.checking import law_faults
from beltroad.policy.dataflows.model import (
    CHOICES,
    FLAGS,
    NUMBERS,
    OUTCOMES,
    PERIODS,
    Duty,
    Group,
    Member,
    Rule,
    RuleSet,
    Source,
    Test,
    Validity,
)

__all__ = ["RuleFileError", "parse_rules", "read_rules"]

T = TypeVar("T")
CONFIDENCE = ("high", "medium", "low")
_TOP = ("regime", "source", "group", "rule", "duty", "validity")
_DATED = (
    "id", "title", "article", "source", "when", "in_force_from", "in_force_to", "confidence",
    "note",
)  # fmt: skip
_TEXTS = frozenset(
    {"id", "title", "article", "source", "confidence", "note", "url", "licence", "vintage",
     "outcome", "period", "authority", "iso3", "exporter"}
)  # fmt: skip
_LISTS = frozenset({"when", "outcomes", "member", "notes"})
_FACTS = (*NUMBERS, *FLAGS, *CHOICES, "importer")


class RuleFileError(InputError):
    """A rule file cannot be used; ``faults`` holds every fault found."""

    def __init__(self, source: str, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        count = f"{len(self.faults)} fault" + ("s" if len(self.faults) != 1 else "")
        super().__init__(f"{source}: {count}\n" + "\n".join(f"  - {f}" for f in self.faults))


def read_rules(path: Path) -> RuleSet:
    """Rules of the file ``path``.

    Raises
    ------
    RuleFileError
        Listing every fault, if the file is not a sound set of rules.
    InputError
        If it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text ({error})") from error
    return parse_rules(text, path.name)


def parse_rules(text: str, name: str) -> RuleSet:
    """Rules of a TOML text; ``name`` is what faults are reported under.

    Raises
    ------
    RuleFileError
        Listing every fault.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleFileError(name, [Fault("file", f"is no TOML: {error}")]) from error
    reader = _Reader(raw)
    found = reader.build()
    if found is None or reader.faults:
        raise RuleFileError(name, reader.faults)
    faults = law_faults(found)
    if faults:
        raise RuleFileError(name, faults)
    return found


class _Reader:
    """Collects faults while it turns tables of text into rows."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.faults: list[Fault] = []
        self.sources: dict[str, Source] = {}
        self.groups: dict[str, Group] = {}

    def fault(self, where: str, problem: str, remedy: str = "") -> None:
        self.faults.append(Fault(where, problem, remedy))

    def build(self) -> RuleSet | None:
        for key in self.raw:
            if key not in _TOP:
                self.fault(key, "unknown table.", suggest(key, _TOP) or f"Known: {', '.join(_TOP)}")
        head = self.raw.get("regime")
        if not isinstance(head, dict):
            self.fault("regime", "the table [regime] is missing")
            head = {}
        head = self.typed("regime", head)
        self.keys("regime", head, ("exporter", "title", "as_of"), ("notes",))
        exporter = self.economy("regime.exporter", head.get("exporter"))
        as_of = self.day("regime.as_of", head.get("as_of"), required=True)
        self.sources = {s.id: s for s in self.rows("source", self.source)}
        if not self.sources:
            self.fault("source", "there is no [[source]]")
        self.groups = {g.id: g for g in self.rows("group", self.group)}
        rules = self.rows("rule", self.rule)
        duties = self.rows("duty", self.duty)
        validities = self.rows("validity", self.validity)
        if not rules:
            self.fault("rule", "there is no [[rule]]")
        if self.faults or as_of is None:
            return None
        return RuleSet(
            exporter=exporter,
            title=str(head["title"]),
            as_of=as_of,
            notes=tuple(str(n) for n in head.get("notes", [])),
            sources=self.sources,
            groups=self.groups,
            rules=tuple(sorted(rules, key=lambda r: (r.priority, r.in_force_from))),
            duties=tuple(duties),
            validities=tuple(validities),
        )

    def rows(self, kind: str, make: Callable[[str, dict[str, Any]], T]) -> list[T]:
        raw = self.raw.get(kind, [])
        if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw):
            self.fault(kind, "is no array of tables.", f"Write [[{kind}]]")
            return []
        made, seen = [], set()
        for number, given in enumerate(raw, start=1):
            row = self.typed(f"{kind} {number}", given)
            where = f"{kind} {row.get('id', number)}"
            if "id" in row and row["id"] in seen:
                self.fault(where, "the id is given twice")
            seen.add(row.get("id"))
            made.append(make(where, row))
        return made

    def typed(self, where: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row without values that are no text or no list where one must stand."""
        found = dict(row)
        for kind, keys, said in ((str, _TEXTS, "text"), (list, _LISTS, "list")):
            for key in sorted(keys & set(row)):
                if not isinstance(row[key], kind):
                    self.fault(where, f"{key} is {row[key]!r}, no {said}")
                    del found[key]
        return found

    def keys(
        self, where: str, row: Mapping[str, Any], needed: Iterable[str], others: Iterable[str]
    ) -> None:
        known = (*needed, *others)
        for key in needed:
            if row.get(key) in (None, ""):
                self.fault(where, f"{key} is missing")
        for key in row:
            if key not in known:
                self.fault(where, f"unknown key {key!r}.", suggest(key, known))

    def economy(self, where: str, value: object) -> str:
        text = value if isinstance(value, str) else ""
        try:
            economies.name(text)
        except InputError:
            self.fault(where, f"{value!r} is no ISO 3166-1 alpha-3 code")
        return text

    def day(self, where: str, value: object, *, required: bool = False) -> date | None:
        if value in (None, "") and not required:
            return None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fault(where, f"{value!r} is no day of the form YYYY-MM-DD")
            return None

    def word(self, where: str, value: object, known: Iterable[str], default: str) -> str:
        text = default if value is None else str(value)
        if text not in known:
            self.fault(
                where, f"{value!r} is not known.", f"Known: {', '.join(k for k in known if k)}"
            )
        return text

    def source(self, where: str, row: dict[str, Any]) -> Source:
        self.keys(where, row, ("id", "title", "licence", "vintage"), ("url", "note"))
        url = str(row.get("url", ""))
        if url and not url.startswith(("http://", "https://")):
            self.fault(where, f"url {url!r} is no web address")
        return Source(
            id=str(row.get("id", "")),
            title=str(row.get("title", "")),
            url=url,
            licence=str(row.get("licence", "")),
            vintage=str(row.get("vintage", "")),
            note=str(row.get("note", "")),
        )

    def group(self, where: str, row: dict[str, Any]) -> Group:
        self.keys(where, row, ("id", "title", "source"), ("member",))
        self.known_source(where, row)
        members: dict[str, Member] = {}
        for each in row.get("member", []):
            if not isinstance(each, dict):
                self.fault(where, f"member {each!r} is no table")
                continue
            each = self.typed(f"{where} member", each)
            self.keys(f"{where} member", each, ("iso3",), ("confidence", "note"))
            code = self.economy(f"{where} member", each.get("iso3"))
            if code in members:
                self.fault(where, f"{code} is named twice")
            sure = self.word(
                f"{where} {code} confidence", each.get("confidence"), CONFIDENCE, "medium"
            )
            members[code] = Member(code, sure, str(each.get("note", "")))
        return Group(
            id=str(row.get("id", "")),
            title=str(row.get("title", "")),
            source=str(row.get("source", "")),
            members=members,
        )

    def known_source(self, where: str, row: Mapping[str, Any]) -> None:
        if row.get("source") not in self.sources:
            said = str(row.get("source"))
            self.fault(
                where, f"source {said!r} is not among the sources.", suggest(said, self.sources)
            )

    def test(self, where: str, raw: object) -> Test | None:
        if not isinstance(raw, dict):
            self.fault(where, f"condition {raw!r} is no table")
            return None
        fact = raw.get("fact")
        if not isinstance(fact, str) or fact not in _FACTS:
            self.fault(where, f"unknown fact {fact!r}.", suggest(str(fact), _FACTS))
            return None
        kinds = sorted(set(raw) - {"fact"})
        wanted = ["at_least"] if fact in NUMBERS else ["is"] if fact in FLAGS else ["in", "not_in"]
        if len(kinds) != 1 or kinds[0] not in wanted:
            self.fault(where, f"a condition on {fact} has {' or '.join(wanted)} and nothing else")
            return None
        value = raw[kinds[0]]
        if fact in NUMBERS:
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                self.fault(where, f"{fact} at_least {value!r} is no whole number above 0")
                return None
            return Test(fact, at_least=value)
        if fact in FLAGS:
            if not isinstance(value, bool):
                self.fault(where, f"{fact} is {value!r}: give true or false")
                return None
            return Test(fact, flag=value)
        return self.among(where, str(fact), value, negated=kinds[0] == "not_in")

    def among(self, where: str, fact: str, value: object, *, negated: bool) -> Test | None:
        if not isinstance(value, list) or not value:
            self.fault(where, f"{fact}: {value!r} is no list with something in it")
            return None
        if not all(isinstance(each, str) for each in value):
            self.fault(where, f"{fact}: {value!r} holds what is no text")
            return None
        for each in value:
            if fact in CHOICES and each not in CHOICES[fact]:
                self.fault(
                    where, f"{fact} {each!r} is not known.", suggest(str(each), CHOICES[fact])
                )
            elif fact == "importer" and each not in self.groups:
                self.economy(f"{where} importer", each)
        return Test(fact, among=frozenset(str(v) for v in value), negated=negated)

    def dated(self, where: str, row: dict[str, Any], needed: tuple[str, ...], *others: str) -> Any:
        self.keys(
            where, row, ("id", "title", "article", "source", "in_force_from", *needed),
            (*_DATED, *others),
        )  # fmt: skip
        self.known_source(where, row)
        start = self.day(f"{where} in_force_from", row.get("in_force_from"), required=True)
        end = self.day(f"{where} in_force_to", row.get("in_force_to"))
        if start and end and end < start:
            self.fault(where, f"ends on {end} before it begins on {start}")
        raw = row.get("when", [])
        return {
            "id": str(row.get("id", "")),
            "title": str(row.get("title", "")),
            "article": str(row.get("article", "")),
            "source": str(row.get("source", "")),
            "when": tuple(t for t in (self.test(where, each) for each in raw) if t is not None),
            "in_force_from": start or date.min + timedelta(days=1),
            "in_force_to": end,
            "confidence": self.word(
                f"{where} confidence", row.get("confidence"), CONFIDENCE, "medium"
            ),
            "note": str(row.get("note", "")),
        }

    def rule(self, where: str, row: dict[str, Any]) -> Rule:
        common = self.dated(where, row, ("priority", "outcome"), "period", "authority")
        priority = row.get("priority")
        if not isinstance(priority, int) or isinstance(priority, bool):
            self.fault(where, f"priority {priority!r} is no whole number")
            priority = 0
        return Rule(
            **common,
            priority=priority,
            outcome=self.word(f"{where} outcome", row.get("outcome"), OUTCOMES, "exempt"),
            period=self.word(f"{where} period", row.get("period"), PERIODS, ""),
            authority=str(row.get("authority", "")),
        )

    def outcomes(self, where: str, row: dict[str, Any]) -> tuple[str, ...]:
        raw = row.get("outcomes", [])
        return tuple(self.word(f"{where} outcomes", each, OUTCOMES, "exempt") for each in raw)

    def duty(self, where: str, row: dict[str, Any]) -> Duty:
        return Duty(**self.dated(where, row, (), "outcomes"), outcomes=self.outcomes(where, row))

    def validity(self, where: str, row: dict[str, Any]) -> Validity:
        common = self.dated(where, row, ("years", "outcomes"))
        years = row.get("years")
        if not isinstance(years, int) or isinstance(years, bool) or years < 1:
            self.fault(where, f"years {years!r} is no whole number above 0")
            years = 1
        return Validity(**common, outcomes=self.outcomes(where, row), years=years)
