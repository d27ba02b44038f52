"""The HTML report: complete, escaped, self-contained, the same for the same appraisal."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import synthetic

from beltroad.appraisal.report import html_report
from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.scenario import Parameters, Scenario

VOID = {"meta", "link", "br", "img", "input", "hr", "area", "base", "col", "wbr"}
SECTIONS = ["short", "network", "gain", "times", "portfolio", "published", "robust", "all",
            "imputed", "origin"]  # fmt: skip


class Page(HTMLParser):
    """Notes tags that do not close, ids, links, loaded addresses, and rows of tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.rows: Counter[str] = Counter()
        self._table = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {k: v or "" for k, v in attrs}
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values.get("href", ""))
        elif "href" in values or "xlink:href" in values:
            self.loads.append(values.get("href") or values["xlink:href"])
        self.loads += [values[k] for k in ("src", "srcset", "data", "action") if k in values]
        if tag == "table":
            self._table = values.get("id", "")
        if tag == "tr":
            self.rows[self._table] += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]} at {self.getpos()}")
        else:
            self.open.pop()


@pytest.fixture(scope="module")
def appraisal() -> Appraisal:
    return synthetic.appraisal()


@pytest.fixture(scope="module")
def text(appraisal: Appraisal) -> str:
    return html_report(appraisal)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_every_tag_closes_and_every_id_is_unique(page: Page) -> None:
    assert page.faults == []
    assert page.open == []
    assert [i for i, n in Counter(page.ids).items() if n > 1] == []


def test_all_sections_are_there_and_every_inner_link_has_its_target(page: Page) -> None:
    assert set(SECTIONS) <= set(page.ids)
    inner = {link[1:] for link in page.links if link.startswith("#")}
    assert inner <= set(page.ids)


def test_nothing_is_loaded_from_anywhere(page: Page, text: str) -> None:
    assert [a for a in page.loads if not a.startswith("#")] == []
    assert "@import" not in text
    assert [a for a in re.findall(r"url\(([^)]*)\)", text) if not a.startswith("#")] == []


def test_links_out_are_plain_source_addresses(page: Page) -> None:
    outside = [link for link in page.links if not link.startswith("#")]
    assert outside
    assert all(re.match(r"https?://", link) for link in outside)


def test_policy_forbids_all_but_the_one_script(text: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    assert policy[1].startswith("default-src 'none';")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.S)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy[1]
    assert not re.search(r"<[^>]*\son\w+=", re.sub(r"<script>.*?</script>", "", text, flags=re.S))


def test_each_table_has_all_its_rows(page: Page, appraisal: Appraisal) -> None:
    expected = {
        "economies": len(appraisal.countries),
        "projects": len(appraisal.projects),
        "sensitivity": len(appraisal.sensitivity),
        "yardsticks": int(appraisal.yardsticks.ours_low.notna().sum()),
        "assumptions": len(appraisal.assumptions),
        "pairs-fastest": 15,
        "pairs-largest": 15,
        "gains-twin": 30,
    }
    assert {key: page.rows[key] - 1 for key in expected} == expected


def test_headline_figures_are_those_of_the_appraisal(text: str, appraisal: Appraisal) -> None:
    h = appraisal.headlines
    assert f"{h.economies_losing_after_cost} of {int(appraisal.countries.in_model.sum())}" in text
    assert f"USD {h.project_cost_usd / 1e9:.0f} billion" in text
    income = f"{h.real_income_pct[0]:+.2f}%"
    assert f'<p class="figure">{income}</p>' in text


def test_a_row_shows_and_sorts_by_the_number_of_the_table(text: str, appraisal: Appraisal) -> None:
    rows = re.search(r'<table id="economies".*?</table>', text, re.S)
    assert rows
    row = appraisal.countries.set_index("iso3").loc["KAZ"]
    found = re.search(r"<tr><th[^>]*>Kazakhstan</th>(.*?)</tr>", rows[0])
    assert found
    values = [float(v) for v in re.findall(r'data-v="([^"]+)"', found[1])]
    for name in ("shipment_time_change_pct", "real_income_change_pct"):
        assert any(np.isclose(v, row[name], rtol=1e-5) for v in values)
    assert any(np.isclose(v, row["net_gain_usd"] / 1e6, rtol=1e-5) for v in values)


def test_economies_outside_the_model_are_hatched_and_named_so(
    text: str, appraisal: Appraisal
) -> None:
    outside = appraisal.countries[~appraisal.countries.in_model.astype(bool)]
    name = next(n for n in outside["name"] if n.isalpha())
    assert re.search(rf'class="m none"[^>]*aria-label="{name}: not in the trade model"', text)
    assert f"{len(outside)} economies that the trade model does not show one by one" in text


def test_imputed_accounts_are_dotted_counted_and_named(text: str, appraisal: Appraisal) -> None:
    imputed = appraisal.countries[appraisal.countries.accounts == "imputed"]
    assert len(imputed) > 40
    assert f"accounts imputed ({len(imputed)})" in text
    assert re.search(r'aria-label="Mongolia: [^"]*, accounts imputed"', text)
    drawn = re.search(r'<g class="imputed".*?</g>', text, re.S)
    assert drawn
    assert "#o-MNG" in drawn[0]
    assert "#o-DEU" not in drawn[0]


def test_size_stays_under_three_megabytes_with_a_dense_network() -> None:
    dense = synthetic.appraisal(rail_lines=12_000)
    assert len(html_report(dense).encode()) < 3_000_000


def test_what_users_write_is_harmless() -> None:
    nasty = "<script>alert(1)</script> & \"x\" 'y' {{ 7 * 7 }} </title></style>\x07"
    scenario = Scenario(name=nasty[:110], description=nasty, parameters=Parameters(network={}))
    a = synthetic.appraisal(scenario=scenario)
    projects = a.projects.copy()
    projects["name"] = nasty
    projects["source"] = "javascript:alert(1)"
    projects["notes"] = nasty
    countries = a.countries.copy()
    countries["name"] = [f"<b onload=x>{c}" for c in countries.iso3]
    yardsticks = a.yardsticks.assign(source='https://example.org/"><script>alert(2)</script>')
    points = a.map_layers.points.assign(name=nasty)
    a = replace(
        a, projects=projects, countries=countries, yardsticks=yardsticks,
        map_layers=replace(a.map_layers, points=points),
    )  # fmt: skip
    text = html_report(a)
    page = Page(text)
    assert page.faults == []
    assert text.count("<script>") == 1
    assert "<b onload" not in text
    assert "{{ 7 * 7 }}" in text
    assert "\x07" not in text
    assert [link for link in page.links if "javascript" in link or "example.org" in link] == []


def test_a_scenario_without_projects_costs_or_cases_still_reads() -> None:
    a = synthetic.appraisal()
    nothing = dict.fromkeys(
        ["project_cost_usd", "project_cost_p80_usd", "project_cost_pct_gdp", "annual_cost_usd"], 0.0
    )
    unknown = dict.fromkeys(["real_income_low_pct", "real_income_high_pct"], np.nan)
    lines, points = a.map_layers.lines, a.map_layers.points
    bare = replace(
        a,
        projects=a.projects.iloc[:0],
        countries=a.countries.assign(
            **nothing, **unknown, net_gain_usd=a.countries.real_income_change_usd
        ),
        sensitivity=a.sensitivity.iloc[:1],
        map_layers=replace(
            a.map_layers,
            lines=lines[lines.kind != "project"],
            points=points[points.kind != "project"],
        ),
        run={},
    )
    text = html_report(bare)
    page = Page(text)
    assert page.faults == []
    assert set(SECTIONS) <= set(page.ids)
    assert "This scenario has no projects." in text
    assert "Sensitivity cases were not run" in text
    inner = {link[1:] for link in page.links if link.startswith("#")}
    assert inner <= set(page.ids)


def test_no_change_at_all_still_reads() -> None:
    a = synthetic.appraisal()
    zero = {
        c: a.countries[c].where(a.countries[c].isna(), 0.0)
        for c in ("shipment_time_change_pct", "trade_cost_change_pct", "real_income_change_pct",
                  "real_income_low_pct", "real_income_high_pct", "real_income_change_usd")
    }  # fmt: skip
    text = html_report(replace(a, countries=a.countries.assign(**zero)))
    assert "−0.00" not in text
    assert Page(text).faults == []


def test_raw_column_names_do_not_reach_the_reader(text: str) -> None:
    body = text[text.index("<main>") : text.index('id="origin"')]
    visible = re.sub(r"<[^>]+>", " ", body)
    declared = pd.Index([*synthetic.appraisal().countries.columns])
    shown = [name for name in declared if "_" in name and name in visible]
    assert shown == []
    assert "nan" not in visible.lower().split()
