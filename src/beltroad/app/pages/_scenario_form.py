"""What the scenario editor shows: fields with words, choices, and what a run takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request

from beltroad.app.accounts.roles import Principal, Role
from beltroad.app.errors import NotFound
from beltroad.app.questions.scenarios import names, saved, starters
from beltroad.app.questions.scenarios.cost import estimate_of
from beltroad.app.questions.scenarios.fields import ROWS, Entry, row_entries, sections
from beltroad.app.questions.scenarios.form import Form, from_mapping
from beltroad.app.questions.scenarios.looking import look_at
from beltroad.app.questions.scenarios.reading import Placed, mapping_of, scenario_of
from beltroad.app.questions.scenarios.revisions import entries as facts_here
from beltroad.app.questions.scenarios.revisions import revisions, with_revisions
from beltroad.app.questions.scenarios.writing import toml_of
from beltroad.errors import ScenarioError

__all__ = ["begun", "fields_given", "shown_form", "word_of"]

_OPEN = ("states", "projects")
# Lists of the schema that people tick: shown with the words of the pages.
MODES = ("rail", "road", "port", "dryport", "water", "air", "border")
STATUSES = (
    "operating", "completed", "partly_open", "under_construction", "planned", "stalled", "shelved",
    "suspended",
)  # fmt: skip


async def fields_given(request: Request) -> dict[str, list[str]]:
    """The posted form as texts by name; files are left out."""
    given = await request.form(max_fields=3000, max_files=1, max_part_size=1_000_000)
    out: dict[str, list[str]] = {}
    for name, value in given.multi_items():
        if isinstance(value, str):
            out.setdefault(name, []).append(value)
    return out


def begun(request: Request, source: str) -> tuple[dict[str, Any], str]:
    """The scenario that a new one starts from, and what it was.

    ``source`` is ``starter:KEY``, ``saved:KEY``, ``run:HASH``, ``project:ID`` (that one alone) or
    empty. What is begun anew takes
    bundled projects as the registry has them now; a copy takes them as they were there.

    Raises
    ------
    NotFound
        If there is no such thing.
    """
    kind, _, key = source.partition(":")
    state = request.app.state
    if kind == "starter":
        found = revisions(state.database)
        return with_revisions(starters.starter(key).mapping, found), key
    if kind == "saved":
        return dict(saved.kept(state.database, key).mapping), key
    if kind == "run":
        from beltroad.app.questions.appraisals.stored import result_of

        return result_of(state.settings, state.database, key).scenario, key[:12]
    if kind == "project":
        return with_revisions(saved.only(state.database, key), revisions(state.database)), key
    if source:
        raise NotFound(f"from={source[:60]!r}: give starter:KEY, saved:KEY, run:HASH or project:ID")
    return with_revisions({}, revisions(state.database)), ""


def word_of(t: Callable[..., str]) -> Callable[[object], str]:
    """Words of a coded choice: those of the pages, or the code without underscores."""

    def word(code: object) -> str:
        try:
            return t(f"scenarios.c.{code}")
        except KeyError:
            return str(code).replace("_", " ")

    return word


def shown_form(
    request: Request, who: Principal, *, form: Form | None = None, text: str | None = None,
    faults: list[Placed] | None = None, look: bool = False, found: saved.Saved | None = None,
    note: str = "", mode: str = "form",
) -> dict[str, Any]:  # fmt: skip
    """Everything the editor's template needs."""
    database = request.app.state.database
    mapping = form.mapping if form is not None else _read(text or "")
    scenario = None
    corrected = revisions(database)
    if form is None or not form.faults:
        try:
            scenario = scenario_of(mapping)
        except ScenarioError:
            scenario = None
    if mode == "form" and form is None:
        form = from_mapping(mapping, saved.own_projects(database), facts_here(corrected))
    chosen = saved.choices(database) if mode == "form" else []
    return {
        "mode": mode,
        "form": form,
        "text": toml_of(mapping) if text is None else text,
        "faults": faults or [],
        "sections": sections(),
        "rows": {part: row_entries(part) for part in ROWS},
        "choices": chosen,
        "corrected": corrected.values(),
        "corridors": list(dict.fromkeys(c.corridor for c in chosen)),
        "modes": MODES,
        "statuses": STATUSES,
        "presets": names.presets(),
        "countries": names.countries(),
        "crossings": names.crossings(),
        "estimate": None if scenario is None else estimate_of(scenario),
        "look": look_at(scenario) if look and scenario is not None else None,
        "saved": found,
        "note": note,
        "may_draft": who.role >= Role.ANALYST,
        "last_of": _last,
        "open_parts": _parts_used(form),
    }


def _read(text: str) -> dict[str, Any]:
    try:
        return mapping_of(text)
    except ScenarioError:
        return {}


def _last(entry: Entry) -> str:
    return entry.path.rsplit(".", 1)[-1]


def _parts_used(form: Form | None) -> frozenset[str]:
    """Parts of the form that are not as they are by default, or have a fault: shown open."""
    if form is None:
        return frozenset(_OPEN)
    out = set(_OPEN)
    out |= {part for part, count in form.rows.items() if count}
    if form.ticks("levers.preset"):
        out.add("levers")
    if form.rest:
        out.add("rest")
    for name, entries in sections().items():
        if any(form.value(e.path) not in ("", e.out(e.default)) for e in entries):
            out.add(name)
        if any(form.fault(e.path) for e in entries):
            out.add(name)
    return frozenset(out)


def mapping_given(fields: Mapping[str, list[str]]) -> str:
    """The text of the scenario as it was typed."""
    return (fields.get("text") or [""])[-1].replace("\r\n", "\n").replace("\x00", "")
