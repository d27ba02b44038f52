"""Households, risk and environment in the report: what is said for figures of every size."""

from __future__ import annotations

from importlib.resources import files
from types import SimpleNamespace
from typing import Any, cast

import jinja2
import numpy as np
import pandas as pd
import pytest

from beltroad.appraisal.report import html, outcomes, words
from beltroad.appraisal.report.outcomes import Told
from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.schema import check_frame, variables

NASTY = "<b>Zed & Co</b>"
MINUS = "−"


def frame(table: str, *rows: dict[str, Any]) -> pd.DataFrame:
    """Rows of a declared table; what is not given is empty or not known."""
    bare = {
        name: ""
        if v.is_text
        else False
        if v.unit == "bool"
        else np.nan
        if v.missing
        else v.lower
        if v.lower > 0
        else 0.0
        for name, v in variables(table).items()
    }
    return check_frame(pd.DataFrame([bare | row for row in rows]), table)


def appraisal(**more: pd.DataFrame) -> Appraisal:
    countries = pd.DataFrame({"iso3": ["AAA", "BBB"], "name": ["Aland", NASTY]})
    return cast("Appraisal", SimpleNamespace(more=more, countries=countries))


def said(parts: list[Told]) -> str:
    return " | ".join(text for part in parts for text in part.findings)


def cells(part: Told, row: int = 0) -> list[str]:
    return [cell.text for cell in part.table.rows[row]]


def poverty(*lifted: tuple[float, float], **more: Any) -> pd.DataFrame:
    """A world and two economies at each line, of which the second gains or loses the most."""
    lines = ("3.00@2021", "1.90@2011")
    rows = []
    for line, (low, high) in zip(lines, lifted, strict=False):
        usd, year = line.split("@")
        every = {"line": line, "line_usd": float(usd), "ppp_year": float(year), "year": 2030.0,
                 "headcount_without_pct": 8.1, "people_lifted_apart_low": -low,
                 "people_lifted_apart_high": -high}  # fmt: skip
        for code, name, share in (("WLD", "World", 1.0), ("AAA", "Aland", 0.25), ("BBB", NASTY, 1)):
            rows.append(every | {"iso3": code, "name": name, "people_lifted_low": share * low,
                                 "people_lifted_high": share * high, "population": 7.9e9,
                                 "form": "beta", **more})  # fmt: skip
    return frame("poverty", *rows)


def jobs(*rows: dict[str, Any]) -> pd.DataFrame:
    return frame("jobs", *({"iso3": "AAA", "name": "Aland"} | row for row in rows))


MOVED = {"shift_pct": 0.0213, "jobs_moved_persons": 21_300.0, "employed_persons": 1e8,
         "largest_gain": "C13T15", "largest_loss": "A01"}  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (12_300, 17_600, "12.3 thousand to 17.6 thousand fewer people are poor"),
        (-12_300, -17_600, "12.3 thousand to 17.6 thousand more people are poor"),
        (0.0, 0.0, "no fewer people are poor and no more"),
        (-0.2, 0.3, "no fewer people are poor and no more"),
        (0.2, 4.0, "0 to 4 fewer people are poor"),
        (1.0, 1.2, "1 fewer person is poor"),
        (-1.0, -1.0, "1 more person is poor"),
        (5e6, 5e6, "5 million fewer people are poor"),
        (-2_000, 3e6, "between 2 thousand more and 3 million fewer people are poor"),
        (3e6, -2_000, "between 2 thousand more and 3 million fewer people are poor"),
        (1.2e9, 3.4e9, "1.2 billion to 3.4 billion fewer people are poor"),
    ],
)
def test_people_lifted_in_words(low: float, high: float, text: str) -> None:
    parts = outcomes.households(appraisal(poverty=poverty((low, high)), jobs=jobs(MOVED)))
    assert f"in 2030 {text}, when 8.1% of 7.9 billion people" in parts[0].findings[0]
    # Where nobody can change industry the made table has the opposite sign.
    other = text.replace("fewer", "?").replace("more", "fewer").replace("?", "more")
    if "between" not in text and "no fewer" not in text:
        assert parts[0].findings[0].endswith(f"if nobody can change industry, {other}.")


def test_poverty_has_one_finding_a_line_and_the_largest_economy_first() -> None:
    told = outcomes.households(
        appraisal(poverty=poverty((100.0, 200.0), (-10.0, -20.0)), jobs=jobs(MOVED))
    )[0]
    assert len(told.findings) == 2
    assert told.findings[1].startswith("1.90 USD a day (2011 PPP): in 2030 10 to 20 more people")
    assert len(told.table.rows) == 2  # the world is no row
    first = cells(told)
    assert first[0] == NASTY
    assert first[3:5] == ["+100 to +200", f"{MINUS}10 to {MINUS}20"]
    # A search field is for long tables.
    assert not told.table.searchable


def test_a_share_of_next_to_nobody_is_no_zero() -> None:
    for share, text in (
        (0.0, "0%"),
        (0.0001, "less than 0.001%"),
        (0.012, "0.012%"),
        (48.0, "48%"),
    ):
        rows = poverty((1.0, 2.0), headcount_without_pct=share)
        told = outcomes.households(appraisal(poverty=rows, jobs=jobs(MOVED)))[0]
        assert f"when {text} of" in told.findings[0]


def test_jobs_in_words() -> None:
    other = {"iso3": "ROW", "name": "Rest of the world", "shift_pct": 0.01,
             "note": "people in work not known"}  # fmt: skip
    told = outcomes.households(appraisal(poverty=poverty((1, 2)), jobs=jobs(other, MOVED)))[1]
    assert told.findings[0].startswith("21.3 thousand of 100 million people in work change")
    assert told.findings[1] == (
        "The largest shift is 0.021% of labour, in Aland: towards Manufacture of textiles, "
        "wearing apparel, leather and related products, away from Agriculture and hunting."
    )
    assert cells(told)[0] == "Aland"
    assert words.MISSING in cells(told, 1)


def test_jobs_where_little_is_known_or_nothing_moves() -> None:
    still = MOVED | {"shift_pct": 0.0, "jobs_moved_persons": 0.0, "largest_gain": "",
                     "largest_loss": ""}  # fmt: skip
    told = outcomes.households(appraisal(poverty=poverty((0, 0)), jobs=jobs(still)))[1]
    assert len(told.findings) == 1
    assert told.findings[0].startswith("0 of 100 million people")
    unknown = MOVED | {"jobs_moved_persons": np.nan, "employed_persons": np.nan, "shift_pct": 1e-5}
    told = outcomes.households(appraisal(poverty=poverty((0, 0)), jobs=jobs(unknown)))[1]
    assert told.findings[0] == "People in work are not known for any economy."
    assert "less than 0.001% of labour" in told.findings[1]


def projects(*rows: dict[str, Any]) -> pd.DataFrame:
    total = {"id": "all", "name": "All", "cost_usd": 3e9, "cost_p50_usd": 3.2e9,
             "cost_p80_usd": 4e9, "cost_p90_usd": 5e9}  # fmt: skip
    return frame("project_risk", total, *rows)


def test_projects_in_words() -> None:
    one = {"id": "p1", "name": NASTY, "cost_usd": 3e9, "gain_to_cost": 1.4,
           "gain_to_cost_p50": 1.1, "gain_to_cost_p80": 0.7, "delay_p80_years": -0.5}  # fmt: skip
    told = outcomes.risks(appraisal(project_risk=projects(one)))[0]
    assert "USD 3 billion as estimated" in told.findings[0]
    assert told.findings[1].startswith("Gain above cost, as appraised: 1 of 1 project; after")
    assert told.findings[1].endswith("of half of their class: 1; of four in five: 0.")
    assert f"{MINUS}0.5" in cells(told)
    bare = outcomes.risks(appraisal(project_risk=projects({"id": "p1", "name": "P"})))[0]
    assert len(bare.findings) == 1
    assert words.MISSING in cells(bare)


def test_loans_in_words() -> None:
    def row(code: str, name: str, share: float) -> dict[str, Any]:
        return {"iso3": code, "name": name, "amount_usd": 1e9 * share / 100, "es_share_pct": share,
                "expected_loss_usd": 1e7 * share / 100, "var_usd": -1e6, "es_usd": 2e8}  # fmt: skip

    whole = row("all", "All", 100.0)
    one = outcomes.risks(appraisal(loan_risk=frame("loan_risk", whole, row("AAA", "A", 100))))[0]
    assert "Of USD 1 billion of loans to 1 host, USD 10 million a year (1.0%)" in one.findings[0]
    assert len(one.findings) == 1
    many = [row(c, n, s) for c, n, s in (("AAA", "A", 50), ("BBB", NASTY, 30), ("CCC", "C", 15),
                                         ("DDD", "D", 5))]  # fmt: skip
    told = outcomes.risks(appraisal(loan_risk=frame("loan_risk", whole, *many)))[0]
    assert "to 4 hosts" in told.findings[0]
    assert told.findings[1].startswith(f"A, {NASTY} and C make up 95% of that shortfall")
    assert f"{MINUS}1" in cells(told)
    assert words.MISSING in cells(told)  # no grade


def freight(change: float, years: float, built: float = 8e6) -> list[Told]:
    world = {"iso3": "WLD", "emissions_before_t": 5e8, "emissions_after_t": 5e8 + change,
             "routes_change_t": change, "change_pct": change / 5e6}  # fmt: skip
    each = [world | {"iso3": code} for code in ("AAA", "BBB", "XXX")]
    work = {"id": "all", "name": "All", "reason": "1 red, 1 green", "payback_central_years": years,
            "construction_low_t": built / 2, "construction_central_t": built,
            "construction_high_t": built * 2}  # fmt: skip
    rail = {"id": "p1", "name": NASTY, "class_before": "red", "class_if_mitigated": "yellow"}
    wind = {"id": "p2", "name": "Wind", "class_before": "green", "class_if_mitigated": "green"}
    return outcomes.environment(appraisal(
        freight_emissions=frame("freight_emissions", world, *each),
        green_projects=frame("green_projects", work, rail, wind),
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("change", "years", "texts"),
    [
        (-2e6, 4.2, ["498 million t CO2e after (−0.40%)", "routes −2 million t CO2e",
                     "4 years of the fall make up for it"]),
        (-2e6, 1.1, ["1 year of the fall makes up for it"]),
        (-2e9 / 5, 0.02, ["(−80%)", "less than a year of the fall makes up for it"]),
        (2e6, np.nan, ["(+0.40%)", "routes +2 million t", "do not fall enough to make up"]),
        (-3.0, 2e6, ["do not fall enough to make up"]),
        (0.0, np.nan, ["routes 0 t CO2e", "more trade 0 t CO2e"]),
    ],
)  # fmt: skip
def test_freight_in_words(change: float, years: float, texts: list[str]) -> None:
    parts = freight(change, years)
    for text in texts:
        assert text in said(parts[:1])
    # Economies by name, a code where there is none.
    assert {cells(parts[0], k)[0] for k in range(3)} == {"Aland", NASTY, "XXX"}


def test_classes_in_words_and_nothing_built() -> None:
    parts = freight(-2e6, np.nan, built=0.0)
    assert len(parts[0].findings) == 1
    assert (
        parts[1]
        .findings[0]
        .startswith("Before mitigation: 1 red, 1 green. Accepted mitigation would move 1 up. Harm")
    )
    assert [row[0].text for row in parts[1].table.rows] == ["Wind", NASTY]


def test_parts_that_were_not_asked_for_are_left_out() -> None:
    bare = appraisal()
    assert outcomes.households(bare) == outcomes.risks(bare) == outcomes.environment(bare) == []


def test_names_are_escaped_by_the_template() -> None:
    """The page's own macros, without the rest of the page."""
    page = (files("beltroad.appraisal.report") / "templates" / "report.html.j2").read_text("utf-8")
    env = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = env.from_string(page[: page.index("<!doctype")] + "{{ told(part) }}")
    whole = {"iso3": "all", "name": "All", "amount_usd": 1e9}
    each = [whole | {"iso3": c, "name": NASTY, "es_share_pct": 50.0} for c in ("AAA", "BBB")]
    work = jobs(MOVED | {"name": NASTY})
    parts = [
        *outcomes.households(appraisal(poverty=poverty((1, 2)), jobs=work)),
        *outcomes.risks(appraisal(project_risk=projects({"id": "<i>", "name": NASTY}),
                                  loan_risk=frame("loan_risk", whole, *each))),
        *freight(1.0, 1.0),
    ]  # fmt: skip
    assert len(parts) == 6
    for part in parts:
        text = template.render(part=part, sort_value=html._sort_value, words=words)
        assert "<b>" not in text
        assert "<i>" not in text
        assert "&lt;b&gt;Zed &amp; Co&lt;/b&gt;" in text
        assert text.count("<tr>") == len(part.table.rows) + 1
