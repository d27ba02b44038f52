"""Scenario files: faults with key, value and remedy; bases and overrides; nothing unforeseen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.appraisal.cache import Cache
from beltroad.appraisal.inputs import gather, scenario_projects
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.scenario_file import (
    known_codes,
    parse_scenario,
    place_refs,
    read_scenario,
)
from beltroad.appraisal.transport import Transport
from beltroad.errors import InputError, ScenarioError

ROOT = Path(__file__).resolve().parents[2]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(raw: dict[str, Any], **more: Any) -> dict[str, str]:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(raw, **more)
    assert all(f.where for f in caught.value.faults)
    out: dict[str, str] = {}
    for fault in caught.value.faults:
        out[fault.where] = f"{out.get(fault.where, '')}{fault}\n"
    return out


GOOD_LINE = {
    "id": "MY-LINE", "name": "My line", "mode": "rail", "countries": ["KAZ"],
    "waypoints": [[45.0, 70.0], [46.0, 71.0]],
}  # fmt: skip


NEW_PORT = {
    "id": "MY-PORT", "name": "My port", "mode": "port", "effect": "new_port",
    "countries": ["GIN"], "waypoints": [[9.28, -13.22]],
}  # fmt: skip
DAILY = {"name": "Daily", "mode": "rail", "places": ["Xi'an"], "departures_per_week": 7}


def inline(**changed: Any) -> dict[str, Any]:
    return {"projects": {"inline": [GOOD_LINE | changed]}}


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    assert read_scenario(write(tmp_path, "a.toml", "")) == Scenario()


def test_the_example_is_the_built_in_default() -> None:
    assert read_scenario(ROOT / "examples" / "corridors.toml").digest == Scenario().digest


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.toml")), ids=lambda p: p.name)
def test_every_example_is_sound_with_each_of_its_overrides(path: Path) -> None:
    import tomllib

    plain = read_scenario(path)
    for name in tomllib.loads(path.read_text(encoding="utf-8")).get("overrides", {}):
        assert read_scenario(path, apply=[name]).digest != plain.digest


def test_all_faults_at_once_each_with_key_value_and_remedy() -> None:
    raw = {
        "nmae": "typo",
        "seed": -1,
        "states": {"before": 1800, "after": "tomorrow"},
        "projects": {
            "include": ["KUN-VTX"],
            "where": {"country": ["KAZZ"], "mode": ["trains"]},
            "inline": [
                GOOD_LINE | {"length_km": -5.0, "waypoints": [[95.0, 70.0], [46.0, 200.0]]},
                GOOD_LINE | {"id": "lower case"},
                {"id": "NO-NAME", "mode": "rail", "countries": ["KAZ"],
                 "waypoints": [[1, 2], [2, 3]]},
            ],
        },
        "reforms": [
            {"name": "nothing", "wait_factor": 0.5},
            {"name": "x", "wait_factor": 2, "countries": ["KAZ"]},
        ],
        "parameters": {"discount_rate": "high", "network": {"mode_sensitivty": 1.0}},
    }  # fmt: skip
    found = faults(raw)
    text = "\n".join(found.values())
    assert "Did you mean 'name'?" in found["nmae"]
    assert "-1" in found["seed"]
    assert "states.before" in text
    assert "states.after" in text
    assert "'tomorrow'" in text
    assert "Did you mean 'KUN-VTE'" in found["projects.include[0]"]
    assert "Did you mean 'KAZ'" in found["projects.where.country[0]"]
    assert "'trains'" in found["projects.where.mode[0]"]
    assert "'rail'" in found["projects.where.mode[0]"]
    assert "-5" in found["projects.inline[0].length_km"]
    assert "95" in found["projects.inline[0].waypoints[0][0]"]
    assert "200" in found["projects.inline[0].waypoints[1][1]"]
    assert "'lower case'" in found["projects.inline[1].id"]
    assert "missing" in found["projects.inline[2].name"]
    assert "borders, countries, ports or ports_of" in found["reforms[0]"]
    assert "2" in found["reforms[1].wait_factor"]
    assert "'high'" in found["parameters.discount_rate"]
    assert "Did you mean 'mode_sensitivity'" in text
    assert len(found) == 16


@pytest.mark.parametrize(
    ("raw", "where", "words"),
    [
        ({"states": 5}, "states", "5"),
        ({"projects": {"include": "some"}}, "projects.include", "'all'"),
        ({"projects": {"exclud": []}}, "projects.exclud", "Did you mean 'exclude'"),
        ({"projects": {"where": {"contry": ["KAZ"]}}}, "projects.where.contry",
         "Did you mean 'country'"),
        ({"projects": {"inline": [GOOD_LINE | {"lenght_km": 5}]}}, "projects.inline[0].lenght_km",
         "Did you mean 'length_km'"),
        ({"reforms": [{"name": "x", "wait_factor": 0.5, "border": ["A"]}]}, "reforms[0].border",
         "Did you mean 'borders'"),
        ({"parameters": {"discountrate": 0.1}}, "parameters.discountrate",
         "Did you mean 'discount_rate'"),
        (inline(countries=[]), "projects.inline[0].countries", "1 item"),
        (inline(waypoints=[[45.0, 70.0]]), "projects.inline[0]", "at least two waypoints"),
        (inline(mode="port"), "projects.inline[0]", "needs mode"),
        (inline(effect="terminal"), "projects.inline[0]", "dryport"),
        (inline(length_km=float("nan")), "projects.inline[0].length_km", "finite"),
        (inline(effect="new_port"), "projects.inline[0]", "needs mode 'port'"),
        (inline(mode="port", effect="terminal"), "projects.inline[0]", "give one waypoint"),
        (inline(gauge_mm=1434), "projects.inline[0].gauge_mm", "1435"),
        (inline(mode="road", gauge_mm=1435), "projects.inline[0]", "belongs to mode 'rail'"),
        (inline(locode="KZABC"), "projects.inline[0]", "'port' or 'dryport'"),
        (inline(mode="water", borders=["MOHAN-BOTEN-RAIL"]), "projects.inline[0]",
         "belongs to mode 'rail' or 'road'"),
        (inline(borders=["MOHAN-BOTEN-RAI"]), "projects.inline[0].borders[0]",
         "Did you mean 'MOHAN-BOTEN-RAIL'"),
        (inline(mode="water", effect="upgrade"), "projects.inline[0]", "speed_after_kmh"),
        (inline(length_km=100.0), "projects.inline[0]", "great circle of the waypoints, 136 km"),
        (inline(capacity_teu_per_year=0), "projects.inline[0].capacity_teu_per_year", "0"),
        ({"projects": {"inline": [NEW_PORT | {"locode": "GRPIR"}]}}, "projects.inline",
         "there is a port 'GRPIR' already"),
        ({"projects": {"inline": [NEW_PORT, NEW_PORT | {"id": "MY-PORT2", "locode": "GNMRB"},
                                  NEW_PORT | {"id": "MY-PORT3", "locode": "GNMRB"}]}},
         "projects.inline", "there is a port 'GNMRB' already"),
        ({"reforms": [{"name": "x", "ports": ["GRPIX"], "wait_factor": 0.5}]},
         "reforms[0].ports[0]", "Did you mean"),
        ({"reforms": [{"name": "x", "countries": ["KAZ"]}]}, "reforms[0]", "hours_cut above 0"),
        ({"reforms": [{"name": "x", "countries": ["KAZ"], "hours_cut": -1}]},
         "reforms[0].hours_cut", "-1"),
        ({"schedules": [DAILY | {"places": []}]}, "schedules[0]", "places or countries"),
        ({"schedules": [DAILY | {"places": ["Xian"]}]}, "schedules[0].places[0]",
         "Did you mean"),
        ({"schedules": [DAILY | {"places": ["Hyderabad"]}]}, "schedules[0].places[0]",
         "1269843 (IND) or 1176734 (PAK). Give the id."),
        ({"schedules": [DAILY | {"departures_per_week": 0}]},
         "schedules[0].departures_per_week", "0"),
        ({"schedules": [DAILY | {"departures_per_week": 501}]},
         "schedules[0].departures_per_week", "501"),
        ({"schedules": [DAILY | {"mode": "air"}]}, "schedules[0].mode", "'sea'"),
        ({"schedules": [DAILY | {"place": []}]}, "schedules[0].place", "Did you mean 'places'"),
        ({"parameters": {"network": {"mode_sensitivity": -1}}}, "parameters.network", "-1"),
        ({"sensitivity": "perhaps"}, "sensitivity", "'perhaps'"),
        ({"name": ""}, "name", "''"),
        ({"name": dt.date(2024, 1, 1)}, "name", "2024"),
    ],
)  # fmt: skip
def test_one_fault(raw: dict[str, Any], where: str, words: str) -> None:
    found = faults(raw)
    assert any(key.startswith(where) and words in text for key, text in found.items()), found


def test_ids_must_be_new() -> None:
    twice = faults({"projects": {"inline": [GOOD_LINE, GOOD_LINE]}})
    assert "'MY-LINE' is taken" in twice["projects.inline"]
    taken = sorted(known_codes()["project"])[0]
    assert (
        "is taken"
        in faults({"projects": {"inline": [GOOD_LINE | {"id": taken}]}})["projects.inline"]
    )


def test_years_may_be_written_as_text() -> None:
    assert parse_scenario({"states": {"before": "2015"}}).states.before == 2015


def test_missing_broken_and_odd_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.toml: no such file"):
        read_scenario(tmp_path / "nowhere.toml")
    with pytest.raises(InputError, match="line 3"):
        read_scenario(write(tmp_path, "b.toml", 'name = "x"\n\n[projects\n'))
    with pytest.raises(InputError, match="cannot be read"):
        read_scenario(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'name = "caf\xe9"')
    with pytest.raises(InputError, match="UTF-8"):
        read_scenario(tmp_path / "latin.toml")
    with pytest.raises(InputError, match="larger than"):
        read_scenario(write(tmp_path, "big.toml", "#" * 2_000_001))


def test_a_file_nested_too_deep_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_scenario(write(tmp_path, "deep.toml", "a = " + "[" * 50_000))


def test_a_base_with_an_impossible_name_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_scenario(write(tmp_path, "a.toml", 'base = "a\\u0000b.toml"'))


def test_a_base_is_laid_under_the_file(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", 'name = "A"\nseed = 3\n[states]\nbefore = 2015\nafter = "today"')
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub", "b.toml", 'base = "../a.toml"\n[states]\nafter = "complete"')
    found = read_scenario(write(tmp_path, "c.toml", 'base = "sub/b.toml"\nname = "C"'))
    assert (found.name, found.seed, found.states.before, found.states.after) == (
        "C",
        3,
        2015,
        "complete",
    )


def test_bases_in_a_circle_or_missing(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", 'base = "b.toml"')
    with pytest.raises(InputError, match=r"b\.toml: no such file"):
        read_scenario(tmp_path / "a.toml")
    write(tmp_path, "b.toml", 'base = "a.toml"')
    with pytest.raises(InputError, match="circle"):
        read_scenario(tmp_path / "a.toml")
    with pytest.raises(ScenarioError, match="not a file name"):
        read_scenario(write(tmp_path, "c.toml", "base = 5"))


def test_overrides_are_off_until_applied(tmp_path: Path) -> None:
    path = write(
        tmp_path, "a.toml",
        '[states]\nbefore = 2015\n[overrides.late]\nstates = { before = 2020 }\n'
        "[overrides.odd]\nseed = 9\nstates = { before = 2021 }",
    )  # fmt: skip
    assert read_scenario(path).states.before == 2015
    late = read_scenario(path, apply=["late"])
    assert (late.states.before, late.states.after) == (2020, "complete")
    both = read_scenario(path, apply=["late", "odd"])  # the later one wins
    assert (both.states.before, both.seed) == (2021, 9)
    assert read_scenario(path, apply=["odd", "late"]).states.before == 2020
    with pytest.raises(ScenarioError, match=r"no override 'lat'.*Did you mean 'late'"):
        read_scenario(path, apply=["lat"])
    own = write(tmp_path, "b.toml", 'apply = ["x"]\n[overrides.x]\nseed = 4')
    assert read_scenario(own).seed == 4


def test_faulty_overrides() -> None:
    assert "set of tables" in faults({"overrides": [1]})["overrides"]
    assert "list of names" in faults({"apply": "late"})["apply"]
    assert "there is no override" in faults({"apply": ["late"]})["apply"]
    # A fault in an override and one in the file come together.
    both = faults({"seed": -1, "apply": ["x"]})
    assert {"seed", "apply"} <= set(both)


def test_the_digest_ignores_the_name_and_nothing_else() -> None:
    base = Scenario()
    assert parse_scenario({"name": "other", "description": "words"}).digest == base.digest
    for raw in (
        {"seed": 2}, {"sensitivity": False}, {"states": {"economy": 2021}},
        {"projects": {"with_halted": True}}, {"parameters": {"domestic": True}},
        {"parameters": {"network": {"mode_sensitivity": 5.0}}},
        {"reforms": [{"name": "x", "countries": ["KAZ"], "wait_factor": 0.5}]},
        {"projects": {"inline": [GOOD_LINE]}}, {"schedules": [DAILY]},
        {"reforms": [{"name": "x", "countries": ["KAZ"], "hours_cut": 5}]},
    ):  # fmt: skip
        assert parse_scenario(raw).digest != base.digest, raw


def test_which_projects_are_chosen() -> None:
    every = scenario_projects(Scenario())
    assert every["chosen"].all()

    def chosen(**projects: Any) -> set[str]:
        table = scenario_projects(parse_scenario({"projects": projects}))
        return set(table.loc[table["chosen"], "id"])

    assert chosen(include="none") == set()
    assert chosen(include=["KUN-VTE", "MOM-NBO"]) == {"KUN-VTE", "MOM-NBO"}
    assert chosen(include=["KUN-VTE", "MOM-NBO"], exclude=["MOM-NBO"]) == {"KUN-VTE"}
    assert chosen(include=["KUN-VTE", "MOM-NBO"], where={"country": ["KEN"]}) == {"MOM-NBO"}
    kenya = chosen(where={"country": ["KEN"], "mode": ["rail", "port"]})
    rows = every.set_index("id").loc[sorted(kenya)]
    assert len(kenya) > 1
    assert rows["countries"].str.contains("KEN").all()
    assert rows["mode"].isin(["rail", "port"]).all()
    assert chosen(include="none", inline=[GOOD_LINE]) == {"MY-LINE"}
    own = scenario_projects(parse_scenario({"projects": {"inline": [GOOD_LINE]}})).iloc[-1]
    assert own["acts"]
    assert (own["status"], own["in_2024_data"]) == ("planned", "no")
    assert own["waypoints"] == "45.00000,70.00000;46.00000,71.00000"


def test_a_new_port_of_the_scenario_may_be_named_in_it() -> None:
    found = parse_scenario({
        "projects": {"inline": [NEW_PORT, NEW_PORT | {"id": "OTHER", "locode": "GNMRB"}]},
        "reforms": [{"name": "x", "ports": ["MY-PORT", "GNMRB", "GRPIR"], "hours_cut": 5}],
        "schedules": [DAILY | {"mode": "sea", "places": ["MY-PORT", "GNMRB"]}],
    })  # fmt: skip
    assert found.reforms[0].ports == ("MY-PORT", "GNMRB", "GRPIR")
    # Without the project the code is unknown, and projects that are no ports give none.
    assert "ports" in next(iter(faults({"reforms": [
        {"name": "x", "ports": ["MY-PORT"], "hours_cut": 5}]})))  # fmt: skip
    assert "ports" in next(iter(faults({
        "projects": {"inline": [GOOD_LINE]},
        "reforms": [{"name": "x", "ports": ["MY-LINE"], "hours_cut": 5}]})))  # fmt: skip


def test_inline_projects_reach_the_network_with_all_they_say() -> None:
    raw = {"projects": {"inline": [
        GOOD_LINE | {"gauge_mm": 1435, "borders": ["KHORGOS-ALTYNKOL-RAIL"],
                     "capacity_teu_per_year": 500_000, "countries": ["CHN", "KAZ"]},
        NEW_PORT | {"locode": "GNMRB"},
    ]}}  # fmt: skip
    table = scenario_projects(parse_scenario(raw))
    railway, port = table.iloc[-2], table.iloc[-1]
    assert (railway["gauge_mm"], railway["capacity_teu_per_year"]) == (1435, 500_000)
    assert railway["crossings"] == "CHN:KAZ:KHORGOS-ALTYNKOL-RAIL"
    assert (port["locode"], port["effect"], port["in_2024_data"]) == ("GNMRB", "new_port", "no")
    assert port["acts"]
    assert table["crossings"].iloc[:-2].eq("").all()


def test_places_of_a_schedule_become_references_of_the_network() -> None:
    inputs = gather(parse_scenario({"schedules": [
        DAILY | {"places": ["Xi'an", "Urumqi"], "countries": ["POL"]},
        DAILY | {"mode": "sea", "places": ["GRPIR"]},
    ]}))  # fmt: skip
    names = place_refs()
    rail, sea = inputs.reformed.schedules
    assert set(names["Xi'an"]) | set(names["Urumqi"]) < set(rail.places)
    assert all(len(names[name]) == 1 for name in ("Xi'an", "Urumqi"))
    assert (rail.mode, rail.departures_per_week, rail.countries) == ("rail", 7, ("POL",))
    assert sea.places == ("GRPIR",)
    assert inputs.pricing.schedules == ()


def test_what_is_cached_depends_on_reforms_and_schedules_of_the_later_state_only() -> None:
    def keys(**raw: Any) -> tuple[str, str]:
        scenario = parse_scenario({"projects": {"include": "none"}} | raw)
        transport = Transport(scenario, gather(scenario), Cache(None), Progress())
        there = transport.presence["complete"]
        return transport.key(there), transport.key(there, reformed=True)

    plain, daily = keys(), keys(schedules=[DAILY])
    often = keys(schedules=[DAILY | {"departures_per_week": 14}])
    cut = keys(reforms=[{"name": "x", "countries": ["KAZ"], "hours_cut": 5}])
    assert len({plain[0], daily[0], often[0], cut[0]}) == 1
    assert plain[1] == plain[0]
    assert len({plain[1], daily[1], often[1], cut[1]}) == 4


KEYS = [
    "name", "description", "states", "projects", "reforms", "parameters", "sensitivity", "seed",
    "overrides", "apply", "before", "after", "economy", "include", "where", "exclude", "inline",
    "with_halted", "country", "mode", "id", "waypoints", "countries", "length_km", "effect",
    "borders", "ports_of", "ports", "wait_factor", "hours_cut", "schedules", "places", "locode",
    "departures_per_week", "gauge_mm", "network", "value_of_time", "discount_rate", "base",
    "x y",
]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(["all", "none", "today", "complete", "KAZ", "KUN-VTE", "rail", "2013", "é²"]),
    st.text(max_size=12), st.booleans(), st.integers(-(2**70), 2**70),
    st.floats(), st.dates(), st.times(), st.datetimes(),
)  # fmt: skip
TREES = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), inner, max_size=5)
    ),
    max_leaves=25,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), TREES, max_size=6), st.data())
def test_whatever_the_content_only_faults_on_purpose(
    raw: dict[str, Any], data: st.DataObject
) -> None:
    known = raw.get("overrides")
    names = [k for k in known if isinstance(k, str)] if isinstance(known, dict) else []
    apply = data.draw(st.lists(st.sampled_from([*names, "none such"]), max_size=2))
    try:
        found = parse_scenario(raw, apply=apply)
    except InputError as error:
        assert str(error).strip()  # noqa: PT017
    else:
        assert isinstance(found, Scenario)
        assert found.digest


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
def test_whatever_the_bytes_only_faults_on_purpose(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.toml"
    path.write_bytes(content)
    try:
        read_scenario(path)
    except InputError as error:
        assert str(path) in str(error)  # noqa: PT017
