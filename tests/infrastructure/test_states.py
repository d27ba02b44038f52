"""Which projects are there in a state, and the class of a pair of countries."""

from __future__ import annotations

import pandas as pd
import pytest

from beltroad import evidence
from beltroad.infrastructure.pricing.borders import BorderTables, pair_class
from beltroad.infrastructure.projects.states import (
    FINISHED,
    YEARS,
    acts_on_freight,
    present,
    states_of,
    there_by_year,
)

PROJECTS = pd.DataFrame(
    [
        ("done", "completed", 2016.0), ("late", "operating", 2023.0), ("part", "partly_open", None),
        ("works", "under_construction", 2026.0), ("plan", "planned", None),
        ("plan30", "planned", 2030.0), ("stuck", "stalled", 2020.0), ("shelf", "shelved", None),
        ("pause", "suspended", 2028.0),
    ],
    columns=["id", "status", "year_open"],
)  # fmt: skip


def there(state: int | str, *, with_halted: bool = False) -> set[str]:
    found = present(PROJECTS, state, with_halted=with_halted)
    assert found.index.equals(PROJECTS.index)
    return set(PROJECTS.loc[found, "id"])


@pytest.mark.parametrize(
    ("state", "with_halted", "expected"),
    [
        (2013, False, {"part"}),  # finished without a year: it was there all along
        (2016, False, {"done", "part"}),
        (2023, False, {"done", "late", "part"}),
        (2026, False, {"done", "late", "part", "works"}),
        (2030, False, {"done", "late", "part", "works", "plan30"}),
        (2050, True, {"done", "late", "part", "works", "plan30", "stuck", "pause"}),
        ("today", False, {"done", "late", "part"}),
        ("today", True, {"done", "late", "part"}),
        ("complete", False, {"done", "late", "part", "works", "plan", "plan30"}),
        ("complete", True, set(PROJECTS["id"])),
    ],
)
def test_present(state: int | str, with_halted: bool, expected: set[str]) -> None:
    assert there(state, with_halted=with_halted) == expected


def test_presence_grows_with_the_years() -> None:
    for halted in (False, True):
        for year in range(2000, 2050):
            assert there(year, with_halted=halted) <= there(year + 1, with_halted=halted)
        assert there(2050, with_halted=halted) <= there("complete", with_halted=halted)
    assert there("today") <= there("complete")


def test_projects_that_are_not_chosen_stay_as_today() -> None:
    chosen = PROJECTS["id"].isin(["done", "plan"])
    states = states_of(PROJECTS, chosen, [2013, "complete", 2022], with_halted=False)
    assert list(states.columns) == ["2013", "complete", "2022"]
    rest = states[~chosen]
    today = present(PROJECTS, "today")[~chosen]
    assert all(rest[c].equals(today.rename(c)) for c in states)
    assert states.loc[chosen, "2013"].tolist() == [False, False]
    assert states.loc[chosen, "complete"].tolist() == [True, True]


def test_what_acts_on_freight() -> None:
    rows = pd.DataFrame(
        [
            ("yes", "new_link", "rail", True), ("yes", "upgrade", "road", True),
            ("yes", "terminal", "port", True), ("yes", "terminal", "dryport", True),
            ("no", "new_link", "rail", False), ("yes", "new_link", "air", False),
            ("yes", "terminal", "rail", False), ("yes", "upgrade", "port", False),
            ("yes", "none", "rail", False), ("yes", "new_link", "water", True),
            ("yes", "upgrade", "water", True),
            ("yes", "new_port", "port", True), ("yes", "new_terminal", "dryport", True),
            ("yes", "new_port", "rail", False), ("yes", "new_terminal", "port", False),
        ],
        columns=["freight", "effect", "mode", "expected"],
    )  # fmt: skip
    assert acts_on_freight(rows).tolist() == rows["expected"].tolist()


def test_every_year_from_2013_to_2035_has_its_projects() -> None:
    """A project that is there in one year is there in all later ones, and none is forgotten."""
    projects = evidence.load("projects")
    projects = projects[acts_on_freight(projects)].set_index("id", drop=False)
    assert tuple(range(2013, 2036)) == YEARS
    opened = projects["year_open"]
    before: set[str] = set()
    for year in YEARS:
        here = set(projects.index[present(projects, year)])
        assert before <= here, f"gone in {year}: {sorted(before - here)}"
        finished = projects["status"].isin(FINISHED) & ~(opened > year)
        assert set(projects.index[finished]) <= here
        assert not set(projects.index[opened > year]) & here
        before = here
    assert before <= set(projects.index[present(projects, "complete")])
    # Coming projects without a year are there when all is complete, and in no year.
    late = set(projects.index[present(projects, "complete")]) - before
    assert projects.loc[sorted(late), "status"].isin(["under_construction", "planned"]).all()


def test_how_many_projects_each_year_has() -> None:
    projects = evidence.load("projects")
    counts = there_by_year(projects)
    assert counts.index.tolist() == [*map(str, YEARS), "today", "complete"]
    assert (counts.drop(columns="all").sum(axis=1) == counts["all"]).all()
    years = counts.loc[[str(y) for y in YEARS], "all"]
    assert years.is_monotonic_increasing
    assert years.iloc[0] < counts.loc["today", "all"] < counts.loc["complete", "all"]
    acting = projects[acts_on_freight(projects)]
    assert counts.loc["2020", "all"] == present(acting, 2020).sum()
    halted = there_by_year(projects, with_halted=True)
    assert (halted >= counts).all(axis=None)
    assert halted.loc["complete", "all"] > counts.loc["complete", "all"]


@pytest.fixture(scope="module")
def tables() -> BorderTables:
    return BorderTables.of(evidence.load)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("DEU", "FRA", "free_movement"),
        ("RUS", "KAZ", "free_movement"),  # Eurasian Economic Union, before the rule of Central Asia
        ("GBR", "IRL", "free_movement"),
        ("CHE", "LIE", "free_movement"),
        ("DEU", "CHE", "schengen_or_eu"),
        ("SRB", "MKD", "western_balkans"),
        ("HUN", "SRB", "western_balkans"),
        ("USA", "CAN", "oecd"),
        ("BGR", "TUR", "eu_external"),
        ("POL", "BLR", "eu_external"),
        ("FIN", "RUS", "eu_external"),
        ("MDA", "ROU", "eu_external"),
        ("CHN", "KAZ", "carec"),
        ("CHN", "VNM", "carec"),
        ("AFG", "PAK", "carec"),
        ("CHN", "HKG", "customs_union"),
        ("KEN", "UGA", "sub_saharan_africa"),
        ("ZAF", "BWA", "sub_saharan_africa"),  # before their customs union
        ("IND", "NPL", "south_asia"),
        ("THA", "LAO", "asean"),
        ("SAU", "ARE", "customs_union"),
        ("ARG", "BRA", "customs_union"),
        ("EGY", "SDN", "other"),
        ("PER", "BOL", "other"),
    ],
)
def test_class_of_a_pair(tables: BorderTables, a: str, b: str, expected: str) -> None:
    assert pair_class(tables, a, b) == expected
    assert pair_class(tables, b, a) == expected


def test_every_class_has_a_wait_for_both_modes(tables: BorderTables) -> None:
    known = set(zip(tables.defaults["class"], tables.defaults["mode"], strict=True))
    codes = sorted(evidence.load("countries")["iso3"])
    classes = {pair_class(tables, a, b) for a in codes for b in codes[::7] if a != b}
    assert {(c, m) for c in classes for m in ("rail", "road")} <= known
    assert tables.defaults["wait_hours"].notna().all()
