"""The editor's form and the scenario behind it: one into the other, nothing lost on the way.

What the form has no field for stays as TOML text in its last field and is laid beside the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from beltroad.app.questions.scenarios.fields import ROWS, Entry, row_entries, sections, shown
from beltroad.app.questions.scenarios.names import code_of, countries
from beltroad.app.questions.scenarios.reading import faults_of, mapping_of
from beltroad.app.questions.scenarios.writing import toml_of
from beltroad.errors import Fault, ScenarioError, suggest

__all__ = ["Form", "from_fields", "from_mapping", "with_blank"]

WHERE = ("corridor", "country", "mode", "status")
LEVELS = ("low", "central", "high")
_MOST_ROWS = 40
_SPLIT = re.compile(r"[,;\n\uff0c\uff1b]")
_SHARE = re.compile(r"(.+?)[\s:=]+([0-9]+(?:\.[0-9]+)?)\s*%?\s*")
Mapped = dict[str, Any]


@dataclass
class Form:
    """What stands in the form: texts and ticks by field, further settings, faults by field."""

    values: dict[str, str] = field(default_factory=dict)
    ticked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    rest: str = ""
    mapping: Mapped = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def value(self, name: str) -> str:
        """Text of a field."""
        return self.values.get(name, "")

    def ticks(self, name: str) -> tuple[str, ...]:
        """Values that are ticked."""
        return self.ticked.get(name, ())

    def fault(self, name: str) -> str:
        """What is wrong with a field, if anything."""
        told = [
            f"{f.problem} {f.remedy}".strip()
            for f in self.faults
            if _same(f.where, name)
        ]  # fmt: skip
        return " ".join(told)

    @property
    def elsewhere(self) -> list[Fault]:
        """Faults that belong to no field of the form."""
        names = {*self.values, *self.ticked, *(e.path for s in sections().values() for e in s)}
        return [f for f in self.faults if not any(_same(f.where, name) for name in names)]


def _same(where: str, name: str) -> bool:
    """Whether a fault at ``reforms[1].countries[0]`` is about the field ``reforms.1.countries``."""
    place = re.sub(r"\[(\d+)\]", r".\1", where)
    return place == name or (place.startswith(f"{name}.") and place[len(name) + 1 :].isdigit())


def from_mapping(
    mapping: Mapping[str, Any], own: Mapping[str, Mapping[str, Any]],
    revised: Mapping[str, Mapping[str, Any]] | None = None,
) -> Form:  # fmt: skip
    """The form of a scenario.

    ``own`` are the registry's projects that are written out, ``revised`` its other facts of
    bundled ones.
    """
    rest: Mapped = dict(mapping)
    form = Form(mapping=dict(mapping))
    for name in ("name", "description"):
        form.values[name] = str(rest.pop(name, ""))
    for entries in sections().values():
        for each in entries:
            form.values[each.path] = each.out(_take(rest, each.path, each.default))
    _projects_out(rest, form, own, revised or {})
    _levers_out(rest, form)
    for part in ROWS:
        _rows_out(rest, form, part)
    form.rest = toml_of(_pruned(rest)) if _pruned(rest) else ""
    form.faults = faults_of(mapping)
    return form


def from_fields(
    fields: Mapping[str, list[str]], own: Mapping[str, Mapping[str, Any]],
    revised: Mapping[str, Mapping[str, Any]] | None = None,
) -> Form:  # fmt: skip
    """The form as someone filled it in, with the scenario that it means and all its faults."""
    form, faults = Form(), []
    out: Mapped = {}
    form.rest = _one(fields, "rest")
    rest: Mapped = {}
    try:
        rest = mapping_of(form.rest)
    except ScenarioError as error:
        faults += [Fault("rest", f"{f.where} {f.problem}", f.remedy) for f in error.faults]
    for name in ("name", "description"):
        form.values[name] = _one(fields, name)
        if form.values[name]:
            out[name] = form.values[name]
    for entries in sections().values():
        for each in entries:
            if each.path in fields:
                _put_entry(out, form, each, each.path, _one(fields, each.path), faults)
    _projects_in(fields, out, form, own, revised or {})
    _levers_in(fields, out, form)
    for part in ROWS:
        _rows_in(fields, out, form, part, faults)
    form.mapping = _joined(out, rest)
    wrong = {f.where for f in faults}
    found = [f for f in faults_of(form.mapping) if f.where not in wrong]
    form.faults = [*faults, *map(_by_name, found)]
    return form


def _by_name(fault: Fault) -> Fault:
    """A fault about an economy with the name that was probably meant: people write names here."""
    said = re.match(r"'(.+)' is not a known country\.", fault.problem)
    if not said or not (hint := suggest(said.group(1), countries().values())):
        return fault
    return Fault(fault.where, said.group(0), hint)


def with_blank(form: Form, part: str) -> Form:
    """The form with one more empty row of a part."""
    form.rows[part] = min(_MOST_ROWS, form.rows.get(part, 0) + 1)
    return form


def _one(fields: Mapping[str, list[str]], name: str) -> str:
    found = fields.get(name) or [""]
    return found[-1].strip().replace("\r\n", "\n").replace("\x00", "")


def _take(data: Mapped, path: str, default: Any) -> Any:
    """The value at a path, taken out; tables it leaves empty go later."""
    *tables, last = path.split(".")
    here: Any = data
    for name in tables:
        if not isinstance(here.get(name), Mapping):
            return default
        here[name] = dict(here[name])
        here = here[name]
    return here.pop(last, default)


def _put(data: Mapped, path: str, value: Any) -> None:
    *tables, last = path.split(".")
    for name in tables:
        data = data.setdefault(name, {})
    data[last] = value


def _put_entry(
    out: Mapped, form: Form, each: Entry, name: str, text: str, faults: list[Fault]
) -> None:
    """Take one field in: only what differs from the default is written into the scenario."""
    form.values[name] = text
    if text == "":
        return
    if each.kind == "codes":
        found: Any = tuple(_codes(text, each.path))
        if found:
            _put(out, each.path, list(found))
        return
    if each.kind == "shares":
        found, wrong = _shares(text)
        if found:
            _put(out, each.path, found)
    else:
        found, wrong = each.taken(text)
    if wrong:
        faults.append(Fault(name, wrong, f"Give a value {each.bounds}." if each.bounds else ""))
    elif each.kind != "shares" and found != each.default:
        _put(out, each.path, found)


def _codes(text: str, path: str) -> Iterable[str]:
    for part in _SPLIT.split(text):
        if word := part.strip():
            yield code_of(word) if path.endswith(("countries", "ports_of", "country")) else word


def _shares(text: str) -> tuple[dict[str, float], str]:
    """``CHN 60, DEU 40`` as shares of one; a single name takes all."""
    parts = [p.strip() for p in _SPLIT.split(text) if p.strip()]
    if len(parts) == 1 and not _SHARE.fullmatch(parts[0]):
        return {code_of(parts[0]): 1.0}, ""
    out = {}
    for part in parts:
        found = _SHARE.fullmatch(part)
        if not found or float(found.group(2)) > 100:
            return {}, f"{part[:40]!r} is not a name with its percentage, such as CHN 60."
        out[code_of(found.group(1).strip())] = round(float(found.group(2)) / 100, 12)
    return out, ""


def _shares_out(value: Any) -> str:
    if not isinstance(value, Mapping):
        return ""
    if len(value) == 1 and next(iter(value.values())) == 1:
        return str(next(iter(value)))
    known = {k: v for k, v in value.items() if isinstance(v, (int, float))}
    return ", ".join(f"{k} {shown(100 * v)}" for k, v in known.items())


def _projects_out(
    rest: Mapped, form: Form, own: Mapping[str, Mapping[str, Any]],
    revised: Mapping[str, Mapping[str, Any]],
) -> None:  # fmt: skip
    include = _take(rest, "projects.include", "all")
    listed = isinstance(include, (list, tuple))
    form.values["projects.include"] = "chosen" if listed else str(include)
    form.ticked["projects.chosen"] = tuple(str(i) for i in include) if listed else ()
    for name in WHERE:
        found = _take(rest, f"projects.where.{name}", ())
        if name == "country":
            form.values["projects.where.country"] = ", ".join(map(str, found))
        else:
            form.ticked[f"projects.where.{name}"] = tuple(map(str, found))
    form.values["projects.exclude"] = ", ".join(map(str, _take(rest, "projects.exclude", ())))
    halted = _take(rest, "projects.with_halted", False)
    form.values["projects.with_halted"] = "yes" if halted else "no"
    for path, field_name, known in (
        ("projects.inline", "own", own), ("projects.revised", "revised", revised),
    ):  # fmt: skip
        found = _take(rest, path, ())
        ours, others = [], []
        for part in found if isinstance(found, (list, tuple)) else ():
            key = _key_in(known, part)
            if key:
                ours.append(key)
            else:
                others.append(part)
        form.ticked[field_name] = tuple(ours)
        if others:
            _put(rest, path, others)


def _key_in(own: Mapping[str, Mapping[str, Any]], part: Any) -> str:
    """The registry's project that an inline one is, if it is one unchanged."""
    return next((key for key, facts in own.items() if dict(facts) == part), "")


def _projects_in(
    fields: Mapping[str, list[str]], out: Mapped, form: Form,
    own: Mapping[str, Mapping[str, Any]], revised: Mapping[str, Mapping[str, Any]],
) -> None:  # fmt: skip
    include = _one(fields, "projects.include") or "all"
    chosen = tuple(dict.fromkeys(fields.get("projects.chosen", ())))
    mine = tuple(dict.fromkeys(k for k in fields.get("own", ()) if k in own))
    form.values["projects.include"] = include
    corrected = tuple(dict.fromkeys(k for k in fields.get("revised", ()) if k in revised))
    form.ticked |= {"projects.chosen": chosen, "own": mine, "revised": corrected}
    if include == "chosen":
        _put(out, "projects.include", list(chosen) if chosen else "none")
    elif include != "all":
        _put(out, "projects.include", include)
    for name in WHERE:
        key = f"projects.where.{name}"
        if name == "country":
            form.values[key] = _one(fields, key)
            found = list(_codes(form.values[key], key))
        else:
            found = list(dict.fromkeys(fields.get(key, ())))
            form.ticked[key] = tuple(found)
        if found:
            _put(out, key, found)
    form.values["projects.exclude"] = _one(fields, "projects.exclude")
    if left := [p.strip() for p in _SPLIT.split(form.values["projects.exclude"]) if p.strip()]:
        _put(out, "projects.exclude", left)
    form.values["projects.with_halted"] = _one(fields, "projects.with_halted") or "no"
    if form.values["projects.with_halted"] == "yes":
        _put(out, "projects.with_halted", True)
    if mine:
        _put(out, "projects.inline", [dict(own[key]) for key in mine])
    if corrected:
        _put(out, "projects.revised", [dict(revised[key]) for key in corrected])


def _levers_out(rest: Mapped, form: Form) -> None:
    levers = rest.pop("levers", ())
    others: list[Any] = []
    presets: list[str] = []
    for lever in levers if isinstance(levers, (list, tuple)) else ():
        name = lever.get("preset") if isinstance(lever, Mapping) else None
        simple = isinstance(lever, Mapping) and set(lever) <= {"preset", "level"}
        if isinstance(name, str) and simple and name not in presets:
            presets.append(name)
            form.values[f"levers.level.{name}"] = str(lever.get("level", "central"))
        else:
            others.append(lever)
    form.ticked["levers.preset"] = tuple(presets)
    if others:
        rest["levers"] = others


def _levers_in(fields: Mapping[str, list[str]], out: Mapped, form: Form) -> None:
    presets = tuple(dict.fromkeys(fields.get("levers.preset", ())))
    form.ticked["levers.preset"] = presets
    levers = []
    for name in fields:
        if name.startswith("levers.level."):
            form.values[name] = _one(fields, name)
    for name in presets:
        level = form.values.get(f"levers.level.{name}", "central")
        levers.append({"preset": name, **({"level": level} if level != "central" else {})})
    if levers:
        out["levers"] = levers


def _rows_out(rest: Mapped, form: Form, part: str) -> None:
    rows = rest.pop(part, ())
    if not isinstance(rows, (list, tuple)) or not all(isinstance(r, Mapping) for r in rows):
        rest[part] = rows
        rows = ()
    for number, row in enumerate(rows[:_MOST_ROWS]):
        for each in row_entries(part):
            last = each.path.rsplit(".", 1)[-1]
            value = row.get(last, each.default)
            if each.kind == "codes":
                text = ", ".join(map(str, value or ()))
            elif each.kind == "shares":
                text = _shares_out(value)
            else:
                text = each.out(value)
            form.values[f"{part}.{number}.{last}"] = text
    form.rows[part] = min(len(rows), _MOST_ROWS)


def _rows_in(
    fields: Mapping[str, list[str]], out: Mapped, form: Form, part: str, faults: list[Fault]
) -> None:
    """Rows that hold anything but defaults; their numbers close up where one was emptied."""
    entries = row_entries(part)
    kept: list[Mapped] = []
    for old in range(_MOST_ROWS):
        texts = {e: _one(fields, f"{part}.{old}.{e.path.rsplit('.', 1)[-1]}") for e in entries}
        if f"{part}.{old}.remove" in fields or not any(
            text and e.kind != "choice" and text != e.out(e.default) for e, text in texts.items()
        ):
            continue
        row: Mapped = {}
        for each, text in texts.items():
            last = each.path.rsplit(".", 1)[-1]
            _put_entry(row, form, each, f"{part}.{len(kept)}.{last}", text, faults)
        kept.append(dict(row.get(part, {})))
    form.rows[part] = len(kept)
    if kept:
        out[part] = kept


def _joined(out: Mapped, rest: Mapping[str, Any]) -> Mapped:
    """The form's keys over those of the text; lists of parts stand one behind the other."""
    joined = dict(out)
    for key, value in rest.items():
        mine = joined.get(key)
        if isinstance(mine, dict) and isinstance(value, Mapping):
            joined[key] = _joined(mine, value)
        elif isinstance(mine, list) and isinstance(value, list):
            joined[key] = [*mine, *value]
        elif key not in joined:
            joined[key] = value
    return joined


def _pruned(data: Mapping[str, Any]) -> Mapped:
    """Without tables that hold nothing."""
    out: Mapped = {}
    for key, value in data.items():
        kept = _pruned(value) if isinstance(value, Mapping) else value
        if not isinstance(value, Mapping) or kept:
            out[key] = kept
    return out
