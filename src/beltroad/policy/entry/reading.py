"""Rule lists read from TOML, every fault of a file at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from beltroad.errors import Fault, InputError, suggest
from beltroad.evidence import economies
from beltroad.policy.entry.industries import codes_of
from beltroad.policy.entry.rules import Conditions, Measure, RuleList, Test

__all__ = ["BUILT_IN", "parse_list", "read_list"]

_MAX_BYTES = 2_000_000
# Facts every question has, without declaration.
BUILT_IN = {
    "stake_pct": "number", "amount_usd": "number", "investor": "economy", "partner": "economy",
    "industry": "industry",
}  # fmt: skip
_TESTS = {
    "number": {"at_least", "above", "at_most", "below"},
    "flag": {"is_"},
    "choice": {"in_", "not_in"},
    "economy": {"in_", "not_in"},
    "industry": {"in_", "not_in"},
}
_CONDITIONS = tuple(Conditions.model_fields)


def read_list(path: Path) -> RuleList:
    """Read a rule list from a file.

    Raises
    ------
    InputError
        If the file cannot be read, or names every fault of the list.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{path}: larger than {_MAX_BYTES // 10**6} MB; is it a rule list?")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(f"{path}: cannot be read ({reason}); give a rule list (TOML)") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text; give a rule list (TOML)") from error
    return parse_list(text, str(path))


def parse_list(text: str, name: str) -> RuleList:
    """Rule list of a TOML text; ``name`` is where it comes from.

    Raises
    ------
    InputError
        With every fault of the list.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name}: is no TOML ({error})") from error
    except RecursionError as error:
        raise InputError(f"{name}: is nested too deeply for a rule list") from error
    try:
        rules = RuleList.model_validate(raw)
    except ValidationError as error:
        found = error.errors()
        # A table none of whose parts is sound would be called too short as well.
        told = [e for e in found if e["type"] != "too_short" or not _inside(e, found)]
        raise _refused(name, [_fault(raw, each) for each in told]) from error
    if faults := list(_faults(rules)):
        raise _refused(name, faults)
    return rules


def _inside(error: Any, others: Iterable[Any]) -> bool:
    place = error["loc"]
    return any(len(o["loc"]) > len(place) and o["loc"][: len(place)] == place for o in others)


def _refused(name: str, faults: list[Fault]) -> InputError:
    count = f"{len(faults)} fault" + ("s" if len(faults) != 1 else "")
    return InputError(f"{name}: {count}\n" + "\n".join(f"  - {fault}" for fault in faults))


def _fault(raw: dict[str, Any], error: Any) -> Fault:
    """One fault of the form, placed by item number and activity rather than by position."""
    where, here = [], raw
    for step in error["loc"]:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            here = {}
        if isinstance(step, int):
            label = here if isinstance(here, dict) else {}
            named = next((label[k] for k in ("number", "activity", "id", "iso3") if k in label), "")
            where.append(f"{named or step + 1}"[:60])
        else:
            where.append(str(step))
    kind, given = error["type"], error.get("input")
    if kind == "extra_forbidden":
        return Fault(" ".join(where), "unknown key", "See docs/how-to/entry-rules.md.")
    if kind == "missing":
        return Fault(" ".join(where), "is missing")
    shown = "" if isinstance(given, dict | list) else f"{given!r:.60}: "
    return Fault(" ".join(where), f"{shown}{error['msg'][:200]}")


def _faults(rules: RuleList) -> Iterable[Fault]:
    """What the form alone cannot tell: references, codes, dates, contradictions."""
    head = rules.header
    procedure = head.kind == "procedure"
    if head.in_force_to and head.in_force_to < head.in_force_from:
        yield Fault("list", "in_force_to lies before in_force_from")
    if head.official_items and head.official_items != len(rules.items):
        yield Fault(
            "list", f"official_items is {head.official_items}, but there are {len(rules.items)}"
        )
    if procedure and len(head.outcomes) < 2:
        yield Fault("list", "a procedure needs outcomes, from mildest to strictest")
    if head.otherwise and head.otherwise not in head.outcomes:
        yield Fault("list", f"otherwise {head.otherwise!r} is none of outcomes")
    yield from _iso3("list host", [head.host])
    yield from _twice("source", [s.id for s in rules.sources])
    yield from _twice("zone", [z.id for z in rules.zones])
    yield from _twice("fact", [f.id for f in rules.facts])
    yield from _twice("group", [g.id for g in rules.groups])
    yield from _twice("item", [i.number for i in rules.items])
    yield from _twice("activity", [m.activity for _, m in rules.measures()])
    yield from _twice("exception", [e.id for e in rules.exemptions])
    for group in rules.groups:
        yield from _iso3(f"group {group.id}", [m.iso3 for m in group.member])
    zones = {z.id for z in rules.zones}
    for place, named in [
        ("list zones", head.zones),
        *((f"zone {z.id} within", z.within) for z in rules.zones),
        *((f"exception {e.id} zones", e.zones) for e in rules.exemptions),
        *((f"version {v.title[:30]} zones", v.zones) for v in rules.versions),
    ]:
        yield from _known(place, named, zones, "[[zone]]")
    for item in rules.items:
        for measure in item.measure:
            yield from _measure(rules, f"item {item.number} {measure.activity}", measure)
    activities = {m.activity for _, m in rules.measures()}
    for each in rules.exemptions:
        where = f"exception {each.id}"
        yield from _known(where, each.measures, activities | {"*"}, "activity")
        yield from _investors(rules, where, each.investors)
        if each.in_force_from and each.in_force_to and each.in_force_to < each.in_force_from:
            yield Fault(where, "in_force_to lies before in_force_from")
    yield from _sources(rules)


def _measure(rules: RuleList, where: str, measure: Measure) -> Iterable[Fault]:
    head = rules.header
    numbers = {i.number for i in rules.items}
    activities = {m.activity for _, m in rules.measures()}
    if head.kind == "negative_list":
        if not measure.isic:
            yield Fault(where, "isic is missing")
        if measure.outcome or measure.lifts:
            yield Fault(where, "outcome and lifts belong to a procedure")
        if any(test.fact == "stake_pct" for test in measure.when):
            # A stake that switches a measure on or off could make a larger stake pass.
            yield Fault(where, "when tests stake_pct", "Give max_foreign_pct instead.")
        if measure.empty() and not measure.lifted_by:
            yield Fault(where, "asks for nothing", "Give a condition or a requirement.")
    else:
        yield from _known(f"{where} outcome", [measure.outcome], set(head.outcomes), "outcomes")
        yield from _known(f"{where} lifts", measure.lifts, numbers | activities, "item or activity")
        if given := [c for c in _CONDITIONS if getattr(measure, c) and c != "requirements"]:
            yield Fault(where, f"{', '.join(given)} belong to a negative list")
    if measure.max_foreign_exclusive and measure.max_foreign_pct is None:
        yield Fault(where, "max_foreign_exclusive without max_foreign_pct")
    for code in measure.isic:
        yield from _isic(f"{where} isic", code)
    for test in measure.when:
        yield from _test(rules, f"{where} when {test.fact}", test)
    yield from _investors(rules, where, measure.investors + measure.except_investors)


def _test(rules: RuleList, where: str, test: Test) -> Iterable[Fault]:
    facts = {f.id: f for f in rules.facts}
    kind = facts[test.fact].kind if test.fact in facts else BUILT_IN.get(test.fact)
    if kind is None:
        yield from _known(where, [test.fact], {*facts, *BUILT_IN}, "[[fact]]")
        return
    given = {n for n in test.model_fields_set - {"fact", "activity"} if _is_set(test, n)}
    if not given:
        yield Fault(where, "tests nothing")
    if wrong := sorted(n.rstrip("_") for n in given - _TESTS[kind]):
        yield Fault(where, f"{', '.join(wrong)} cannot test a {kind}")
    named = [*(test.in_ or ()), *(test.not_in or ())]
    if kind == "industry":
        for code in named:
            yield from _isic(where, code)
    elif kind == "economy":
        yield from _investors(rules, where, named)
    elif kind == "choice":
        yield from _known(where, named, set(facts[test.fact].choices), "choices")


def _is_set(test: Test, name: str) -> bool:
    return getattr(test, name) is not None


def _sources(rules: RuleList) -> Iterable[Fault]:
    known = {s.id for s in rules.sources}
    for place, source in [
        *((f"item {i.number}", i.source) for i in rules.items),
        *((f"measure {m.activity}", m.source) for _, m in rules.measures()),
        *((f"exception {e.id}", e.source) for e in rules.exemptions),
        *((f"group {g.id} {m.iso3}", m.source) for g in rules.groups for m in g.member),
        *((f"version {v.title[:30]}", v.source) for v in rules.versions),
    ]:
        if source:
            yield from _known(f"{place} source", [source], known, "[[source]]")


def _investors(rules: RuleList, where: str, named: Iterable[str]) -> Iterable[Fault]:
    groups = {g.id for g in rules.groups}
    yield from _iso3(where, [n for n in named if n not in groups])


def _iso3(where: str, codes: Iterable[str]) -> Iterable[Fault]:
    known = set(economies.table()["iso3"])
    for code in codes:
        if code not in known:
            yield Fault(where, f"{code!r:.40} is no ISO 3166-1 alpha-3 code", suggest(code, known))


def _isic(where: str, code: str) -> Iterable[Fault]:
    try:
        codes_of((code,))
    except InputError as error:
        yield Fault(where, str(error))


def _known(where: str, named: Iterable[str], known: set[str], what: str) -> Iterable[Fault]:
    for name in named:
        if name not in known:
            yield Fault(where, f"{name!r:.40} is not declared ({what})", suggest(name, known))


def _twice(what: str, names: list[str]) -> Iterable[Fault]:
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield Fault(f"{what} {name}", "given twice")
