"""Scenarios as people write them: form, text and schema agree, faults stand at their place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from beltroad.app.questions.scenarios import fields, starters, writing
from beltroad.app.questions.scenarios.cost import estimate_of
from beltroad.app.questions.scenarios.form import Form, from_fields, from_mapping, with_blank
from beltroad.app.questions.scenarios.reading import faults_of, mapping_of, placed, scenario_of
from beltroad.appraisal.scenario import Scenario
from beltroad.errors import ScenarioError

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.toml"))


def posted(form: Form) -> dict[str, list[str]]:
    """What a browser would send for a form."""
    sent = {name: [text] for name, text in form.values.items()}
    sent |= {name: list(ticks) for name, ticks in form.ticked.items()}
    return sent | {"rest": [form.rest]}


def content(path: Path) -> dict[str, Any]:
    data = tomllib.loads(path.read_text("utf-8"))
    data.pop("base", None)
    return data


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_form_and_text_give_back_the_same_scenario(path: Path) -> None:
    data = content(path)
    assert mapping_of(writing.toml_of(data)) == data
    form = from_mapping(data, {})
    assert form.faults == []
    back = from_fields(posted(form), {})
    assert back.faults == []
    assert scenario_of(back.mapping).digest == scenario_of(data).digest
    assert back.mapping.get("overrides") == data.get("overrides")


def test_starters_are_sound_and_those_of_the_examples_say_the_same() -> None:
    found = {s.key: s for s in starters.starters()}
    assert len(found) == 7
    for each in found.values():
        assert faults_of(each.mapping) == [], each.key
    for key, name in (("unchanged", "baseline"), ("central-asia", "central-asia"),
                      ("border-reforms", "reforms"), ("agreements", "levers"),
                      ("corridors", "corridors")):  # fmt: skip
        path = next(p for p in EXAMPLES if p.stem == name)
        mine, theirs = scenario_of(found[key].mapping), scenario_of(content(path))
        # Names of reforms are words only.
        drop = {"name", "description", "reforms"}
        assert mine.model_dump(exclude=drop) == theirs.model_dump(exclude=drop), key
        acts = [r.model_dump(exclude={"name"}) for r in mine.reforms]
        assert acts == [r.model_dump(exclude={"name"}) for r in theirs.reforms]


def test_bounds_of_every_field_are_those_of_the_schema() -> None:
    checked = 0
    for entries in fields.sections().values():
        for each in entries:
            for side, sign in ((each.low, -1), (each.high, 1)):
                if side is None:
                    continue
                open_side = each.open_low if sign < 0 else each.open_high
                inside = side if not open_side else side - sign * 1e-3 * max(1.0, abs(side))
                if each.kind == "whole":
                    inside = side - sign if open_side else side
                value, wrong = each.taken(fields.shown(inside))
                assert not wrong, each.path
                assert not own_faults(each.path, value), (each.path, value)
                outside = side + sign * max(1.0, 0.01 * abs(side))
                assert each.taken(fields.shown(outside))[1], each.path
                beyond = outside / 100 if each.percent else outside
                wrong_too = int(beyond) if each.kind == "whole" else beyond
                assert own_faults(each.path, wrong_too), (each.path, wrong_too)
                checked += 1
    assert checked > 25


def own_faults(path: str, value: Any) -> list[str]:
    """What the schema says about one value alone."""
    mapping: dict[str, Any] = {}
    here = mapping
    *tables, last = path.split(".")
    for name in tables:
        here = here.setdefault(name, {})
    here[last] = value
    # Grace and maturity must fit each other: that is another fault than a bound.
    return [f.where for f in faults_of(mapping) if f.where == path]


def test_every_key_of_the_schema_has_a_field_or_stands_in_the_text() -> None:
    shown = {p for paths in fields.SECTIONS.values() for p in paths}
    single = {p.split(".")[0] for p in shown} | set(fields.ROWS) | {"levers", "projects"}
    assert set(Scenario.model_fields) - single == {"name", "description"}


def test_faults_stand_at_their_field_in_plain_words() -> None:
    form = from_fields(
        {
            "name": ["x"], "parameters.discount_rate": ["80"], "seed": ["many"],
            "reforms.0.name": [""], "reforms.3.name": ["Waits"],
            "reforms.3.countries": ["Kazakhstan; Kazakstan"], "reforms.3.wait_factor": ["30"],
            "rest": ["x ="], "projects.include": ["chosen"], "projects.chosen": ["KUN-VTX"],
        },
        {},
    )  # fmt: skip
    assert "out of range" in form.fault("parameters.discount_rate")
    assert "above 0 below 50 %" in form.fault("parameters.discount_rate")
    assert "not a number" in form.fault("seed")
    # The empty row is gone and the other has moved up; the name that was meant is offered.
    assert form.rows["reforms"] == 1
    assert form.mapping["reforms"] == [
        {"name": "Waits", "countries": ["KAZ", "Kazakstan"], "wait_factor": 0.7}
    ]
    assert "Did you mean 'Kazakhstan'" in form.fault("reforms.0.countries")
    assert "not TOML" in form.fault("rest")
    assert "KUN-VTE" in form.fault("projects.include")
    assert with_blank(form, "reforms").rows["reforms"] == 2


def test_own_projects_are_written_out_and_found_again() -> None:
    line = {
        "id": "OWN-1", "name": "A line of our own", "mode": "rail", "effect": "new_link",
        "countries": ["LAO"], "waypoints": [[17.9, 102.7], [17.4, 104.8]], "year_open": 2030,
    }  # fmt: skip
    sent = {"projects.include": ["chosen"], "own": ["OWN-1", "GONE"]}
    form = from_fields(sent, {"OWN-1": line})
    assert form.faults == []
    assert form.mapping["projects"] == {"include": "none", "inline": [line]}
    assert from_mapping(form.mapping, {"OWN-1": line}).ticks("own") == ("OWN-1",)
    changed = from_mapping(form.mapping, {"OWN-1": {**line, "year_open": 2031}})
    assert changed.ticks("own") == ()
    assert "year_open = 2030" in changed.rest


def test_faults_of_text_have_lines() -> None:
    text = (
        'name = "a"\n[projects]\ninclude = ["KUN-VTX"]\n\n[[reforms]]\nname = "b"\n'
        'countries = ["KAZ"]\nwait_factor = 0.5\n[[reforms]]\nname = "c"\ncountries = ["KAX"]\n'
        "wait_factor = 2\n[parameters]\ndiscount_rate = 5\n"
    )
    found = {f.where: f.line for f in placed(faults_of(mapping_of(text)), text)}
    assert found == {
        "projects.include[0]": 3, "reforms[1].countries[0]": 11, "reforms[1].wait_factor": 12,
        "parameters.discount_rate": 14,
    }  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        mapping_of("name = \n")
    assert placed(list(caught.value.faults), "name = \n")[0].line == 1


@pytest.mark.parametrize(
    "mapping",
    [
        {"base": "/etc/passwd"}, {"parameters": {"trade_data": "/etc"}},
        {"overrides": {"a": {"parameters": {"trade_data": "/etc"}}}, "apply": ["a"]},
    ],
)  # fmt: skip
def test_files_of_the_machine_are_never_followed(mapping: dict[str, Any]) -> None:
    assert any("does not open" in f.problem for f in faults_of(mapping))


def test_the_estimate_grows_with_what_is_asked() -> None:
    plain = estimate_of(scenario_of({"sensitivity": False, "projects": {"include": "none"}}))
    usual = estimate_of(scenario_of({}))
    many = estimate_of(scenario_of({"uncertainty": {"draws": 1000, "pairs": 0}}))
    assert (plain.solves, plain.draws, plain.evaluations) == (1, 0, 0)
    assert (usual.solves, usual.draws) == (10, 32)
    assert plain.seconds_first < usual.seconds_first < many.seconds_first
    assert many.evaluations == 1000


@pytest.mark.parametrize("word", ["a\x00b", "\ud800"])
def test_what_cannot_be_stored_is_a_fault(word: str) -> None:
    assert any("no file can" in f.problem for f in faults_of({"name": word}))
