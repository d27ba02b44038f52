"""What an assessment looks like on the way out: page, workbook, JSON, tables say the same."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from debt_made import START, made
from markupsafe import escape

from beltroad.errors import InputError
from beltroad.finance.debt.bri.low_income import assess_bri
from beltroad.finance.debt.bri.market import assess_market
from beltroad.finance.debt.dynamics.engine import ProjectLoan, ProjectPackage
from beltroad.finance.debt.io.packages import Package, read_packages
from beltroad.finance.debt.ratings.assess import Assessment, assess
from beltroad.finance.debt.report import changes, drawings, market_view, record, view
from beltroad.finance.debt.report.beside import Beside
from beltroad.finance.debt.report.market_page import market_page
from beltroad.finance.debt.report.market_sheets import market_files, market_record, market_workbook
from beltroad.finance.debt.report.page import debt_page
from beltroad.finance.debt.report.sheets import result_workbook
from beltroad.finance.debt.stochastic.fan import Fan, fans
from beltroad.finance.debt.vocabulary import INDICATORS
from beltroad.finance.loan import grant_element
from beltroad.finance.project import exposure, plan_file

EVIL = "<script>alert(1)</script>\"'&"


@pytest.fixture(scope="module")
def found() -> Assessment:
    return assess(made())


@pytest.fixture(scope="module")
def page(found: Assessment) -> str:
    return debt_page(found)


@pytest.fixture(scope="module")
def drawn(found: Assessment) -> list[Fan]:
    quantities = ("public_debt_pct_gdp", "pv_public_to_gdp_pct")
    return list(fans(found.inputs, found.paths["baseline"], quantities=quantities, draws=100,
                     thresholds=found.thresholds).values())  # fmt: skip


class Tags(HTMLParser):
    """Counts what opens and closes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "br", "link"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_hostile_texts_stay_text_and_the_page_is_whole_and_the_same(found: Assessment) -> None:
    inputs = made(f"Kenya {EVIL}\x00", EVIL)
    one = replace(found, inputs=inputs, notes=(EVIL,))
    page = debt_page(one)
    assert page == debt_page(one)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    tags = Tags(page)
    assert tags.open == []
    assert not {"script", "img", "iframe", "link"} & set(tags.seen)
    assert "default-src 'none'" in page
    assert "\x00" not in page


def test_only_addresses_of_the_web_become_links(found: Assessment) -> None:
    sources = pd.DataFrame(
        [("made", "x", "javascript:alert(1)", "", ""),
         ("made 2", "y", "https://a.example/", "", "")],
        columns=["source", "title", "url", "licence", "vintage"],
    )  # fmt: skip
    origins = made().origins.assign(source="made 2 and made")
    page = debt_page(replace(found, inputs=replace(made(), sources=sources, origins=origins)))
    assert 'href="https://a.example/"' in page
    assert 'href="javascript' not in page


def test_page_table_workbook_and_json_hold_the_same_figures(found: Assessment, page: str) -> None:
    told = json.loads(record.json_bytes(found))
    assert told["schema"] == "beltroad.debt.assessment/1"
    assert told["ratings"]["overall"] == found.overall_rating
    book = openpyxl.load_workbook(io.BytesIO(result_workbook(found)), read_only=True)
    summary = {r[0].value: r for r in book["Summary"].iter_rows() if r[0].value}
    for e, known in zip(view.extremes(found), told["most_extreme"], strict=True):
        signal = found.signals.set_index(["indicator", "case"])
        assert e.stress_pct == signal.at[(e.indicator, "stress"), "peak_pct"]
        assert known["stress_pct"] == e.stress_pct
        assert known["signal"] == e.signal
        # A workbook keeps 16 digits of a number.
        assert summary[e.label][5].value == pytest.approx(e.stress_pct, rel=1e-15)
        assert f"{e.stress_pct:.1f} ({e.stress_year})" in page
    assert summary["Overall risk of public debt distress"][1].value == found.overall_rating
    base = found.paths["baseline"].table
    assert told["paths"]["baseline"]["year"] == list(base.index)
    np.testing.assert_array_equal(
        told["paths"]["B1"]["public_debt_pct_gdp"],
        found.paths["B1"].table["public_debt_pct_gdp"].to_numpy(),
    )


def test_the_worst_indicator_alone_gives_the_overall_rating(found: Assessment) -> None:
    order = ["low", "moderate", "high"]
    signals = [e.signal for e in view.extremes(found)]
    assert max(signals, key=order.index) == found.overall_rating


def test_the_heat_map_counts_as_the_signals_do(found: Assessment) -> None:
    heat = view.heat(found).set_index(["scenario", "indicator"])
    for row in found.signals.to_dict("records"):
        cell = heat.loc[(row["scenario"], row["indicator"])]
        assert cell["peak_pct"] == row["peak_pct"]
        assert cell["years_above"] == row["years_above"]
        assert cell["share_pct"] == pytest.approx(100 * row["peak_pct"] / row["threshold_pct"])
    assert len(heat) == len(found.paths) * len(INDICATORS)


def test_charts_stay_inside_and_put_the_threshold_where_its_value_is(found: Assessment) -> None:
    for chart in drawings.indicator_charts(found):
        for line in chart.lines:
            points = [tuple(map(float, p.split())) for p in re.split("[ML]", line.path) if p]
            assert points
            assert all(chart.left <= x <= chart.right for x, _ in points)
            assert all(chart.top <= y <= chart.bottom for _, y in points)
        assert chart.threshold is not None
        (y0, low), *_, (y1, high) = [(y, float(t)) for y, t in chart.y_ticks]
        limit = float(chart.threshold_label.split()[-1].rstrip("%"))
        assert chart.threshold == pytest.approx(
            y0 + (limit - low) / (high - low) * (y1 - y0), abs=0.1
        )


def test_fans_are_shown_with_their_probabilities(found: Assessment, drawn: list[Fan]) -> None:
    page = debt_page(found, drawn)
    assert "Under drawn shocks" in page
    assert page.count('class="b90"') >= 2
    told = record.record(found, drawn)["fans"]
    assert told[0]["quantiles"][0]["q50"] == drawn[0].quantiles["q50"].iloc[0]
    tables = record.csv_files(found, drawn)
    assert len(pd.read_csv(io.BytesIO(tables["fans.csv"]))) == sum(len(f.quantiles) for f in drawn)


def test_what_is_assumed_is_counted_and_marked(found: Assessment, page: str) -> None:
    said = view.overview(found.inputs)
    assert "1 of 3 terms are imputed or assumed" in said
    assert "(2 of 16 series)" in said
    assert said in page
    assert 'class="n k-imputed"' in page
    table = view.flagged(found.inputs).set_index("what")
    assert table.at["gdp_usd_mn", "kind"] == "assumed"
    assert table.at["terms: bonds at home", "kind"] == "assumed"


def test_unknown_values_are_null_in_json_and_dashes_on_the_page(found: Assessment) -> None:
    base = found.paths["baseline"]
    table = base.table.assign(service_external_to_exports_pct=np.nan)
    paths = {"baseline": replace(base, table=table)}
    signals = found.signals[found.signals["case"] == "baseline"].copy()
    signals.loc[signals["indicator"] == "service_external_to_exports_pct", "peak_pct"] = np.nan
    parts = found.capacity.contributions.assign(value=np.nan, contribution=np.nan)
    capacity = replace(found.capacity, contributions=parts)
    bare = replace(found, paths=paths, signals=signals, capacity=capacity)
    told = json.loads(record.json_bytes(bare))
    assert told["most_extreme"][2]["baseline_pct"] is None
    assert "nan" not in re.sub("<[^>]*>", " ", debt_page(bare)).lower().split()
    result_workbook(bare)
    assert "No stress test" in view.drivers(bare) or found.overall_rating == "high"


# --- packages -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def beside(found: Assessment) -> tuple[Assessment, Beside]:
    package = ProjectPackage((ProjectLoan("rail", {2026: 20_000.0}, 4.0, 15, 3),))
    return assess(made(), package=package), Beside(Package(package, (EVIL,), (EVIL,)), found)


def test_a_package_is_told_beside_the_case_without_it(
    found: Assessment, beside: tuple[Assessment, Beside]
) -> None:
    with_it, both = beside
    table = both.table(with_it).set_index("item")
    for one, other in zip(view.extremes(found), view.extremes(with_it), strict=True):
        row = table.loc[f"{one.label}, baseline's peak"]
        assert (row["without"], row["with"]) == (one.baseline_pct, other.baseline_pct)
        row = table.loc[f"{one.label}, under the worst stress test"]
        assert (row["without"], row["with"]) == (one.stress_pct, other.stress_pct)
    debt = with_it.paths["baseline"].table["public_debt_pct_gdp"]
    for year in (START + 10, START + 20):
        row = table.loc[f"Public debt in {year}"]
        assert row["with"] == debt[year] > row["without"]
    facts = both.facts()
    assert facts.disbursement_usd_mn == 20_000
    assert facts.grant_element_pct == pytest.approx(grant_element(0.04, 15, 3))
    assert facts.present_value_usd_mn == pytest.approx(200 * (100 - facts.grant_element_pct))


def test_page_workbook_and_json_show_both_cases(beside: tuple[Assessment, Beside]) -> None:
    with_it, both = beside
    page = debt_page(with_it, beside=both)
    assert Tags(page).open == []
    assert "<script" not in page
    assert "USD 20,000 million" in page
    assert page.count('class="l-without"') == len(INDICATORS) + 1
    told = record.record(with_it, beside=both)["package"]
    rows = both.table(with_it).to_dict("records")
    assert told["without_and_with"] == rows
    assert told["grant_element_pct"] == both.facts().grant_element_pct
    book = openpyxl.load_workbook(io.BytesIO(result_workbook(with_it, beside=both)), read_only=True)
    shown = list(book["Without and with"].iter_rows(min_row=2, values_only=True))
    assert [r[0] for r in shown] == [r["item"] for r in rows]
    assert shown[-1][3] == pytest.approx(rows[-1]["with"])
    assert {"Package", "Paths without", "Change of public debt"} <= set(book.sheetnames)
    files = record.csv_files(with_it, beside=both)
    assert {"without_and_with.csv", "package.csv", "paths_without.csv"} <= set(files)


PLAN = """title = "Rail"
[[projects]]
id = "rail"
name = "Rail"
host = "{host}"
[projects.capital]
total_mn = 1000
first_year = 2015
spread_pct = [50, 50]
[projects.operation]
start_year = 2017
years = 25
revenue = [{{ name = "fares", amount_mn = 100 }}]
cost = [{{ name = "upkeep", amount_mn = 30 }}]
[[projects.layers]]
name = "credit"
kind = "policy_bank_loan"
share_pct = 85
interest_pct = 2
maturity_years = 20
grace_years = 5
public = {public}
[[projects.layers]]
name = "state"
kind = "state_equity"
share_pct = 15
"""


def test_plans_are_read_moved_and_added_to_tables(tmp_path: Path) -> None:
    plan, table = tmp_path / "rail.toml", tmp_path / "loans.csv"
    plan.write_text(PLAN.format(host="KEN", public="true"))
    table.write_text(
        "what,name,year,value,interest_pct,maturity_years,grace_years\n"
        f"loan,port,{START + 2},7,4,10,2\ngrowth_pct,,{START + 3},0.5,,,\n"
    )
    both = read_packages([plan, table], made())
    direct = exposure.project_package(plan_file.read(plan), starting=START)
    assert both.projects.loans[:-1] == direct.loans
    assert both.projects.loans[-1].disbursement_usd_mn == {START + 2: 7.0}
    assert both.projects.growth_uplift_pct == {START + 3: 0.5}
    assert any(f"starts in {START} in place of 2015" in n for n in both.notes)
    later = read_packages([plan, table], made(), starting=START + 6).projects
    assert (
        later.loans[:-1] == exposure.project_package(plan_file.read(plan), starting=START + 6).loans
    )
    assert later.loans[-1].disbursement_usd_mn == {START + 6: 7.0}
    assert later.growth_uplift_pct == {START + 7: 0.5}


@pytest.mark.parametrize(
    ("host", "public", "starting", "said"),
    [
        ("LAO", "true", None, "project 'rail' lies in LAO, but KEN is assessed"),
        ("KEN", "false", None, "no public debt in this plan"),
        ("KEN", "true", START + 20, "is outside the projection"),
        ("KEN", "true", 2015, "--package-from 2015: outside the projection"),
    ],
)
def test_plans_that_do_not_fit_are_refused(
    tmp_path: Path, host: str, public: str, starting: int | None, said: str
) -> None:
    plan = tmp_path / "rail.toml"
    plan.write_text(PLAN.format(host=host, public=public))
    with pytest.raises(InputError, match=said):
        read_packages([plan], made(), starting=starting)
    if not starting:
        plan.write_text(PLAN.format(host=host, public=public).replace(f'host = "{host}"\n', ""))
        with pytest.raises(InputError, match="names no host; add host"):
            read_packages([plan], made())


# --- what changes debt, and the other frameworks ------------------------------------------------


def test_bars_of_what_changes_debt_add_up_to_its_change(found: Assessment) -> None:
    path = found.paths["baseline"]
    for name, table in changes.tables(path).items():
        chart = changes.view_of(name, table, view.window(found))
        per_point = (chart.y_ticks[0][0] - chart.y_ticks[-1][0]) / (
            float(chart.y_ticks[-1][1]) - float(chart.y_ticks[0][1])
        )
        total = 0.0
        for bar in chart.bars:
            for y0, y1 in re.findall(r"M[\d.]+ ([\d.]+)H[\d.]+V([\d.]+)H", bar.path):
                assert chart.top <= float(y1) <= chart.bottom
                total += (float(y0) - float(y1)) / per_point
        window = table.loc[view.window(found)[0] : view.window(found)[-1]]
        assert total == pytest.approx(float(window["change"].sum()), abs=0.3)
        assert next(t for _, _, t in chart.points).endswith("points of GDP")


def test_the_nine_steps_stand_on_page_and_sheets() -> None:
    bri = assess_bri(made(), reverse=False)
    page = debt_page(bri.decisive, bri=bri)
    assert Tags(page).open == []
    book = openpyxl.load_workbook(
        io.BytesIO(result_workbook(bri.decisive, bri=bri)), read_only=True
    )
    rows = list(book["Nine steps"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == len(bri.steps) == 9
    for step, row in zip(bri.steps, rows, strict=True):
        assert f"<h3>{step.number}. {step.title}</h3>" in page
        assert row[:3] == (step.number, step.title, step.done)
        assert step.result.empty or f"Step {step.number} {step.name}" in book.sheetnames
    assert "BRI-DSF for low-income countries" in page
    told = record.bri_record(bri)
    assert told["assessment"]["ratings"]["external"] == bri.model_rating


def test_market_outputs_hold_the_figures_of_the_assessment(drawn: list[Fan]) -> None:
    base = made(f"Kenya {EVIL}")
    inputs = replace(base, settings={**base.settings, "framework": "market"})
    package = ProjectPackage((ProjectLoan("rail", {2026: 20_000.0}, 4.0, 15, 3),))
    without = assess_market(inputs, drawn[0])
    market = assess_market(inputs, drawn[0], package=package)
    both = Beside(Package(package, ("loans.csv",)), without)
    page = market_page(market, drawn[:1], beside=both, notes=(EVIL,))
    assert page == market_page(market, drawn[:1], beside=both, notes=(EVIL,))
    assert Tags(page).open == []
    assert "<script" not in page
    for key, title in market_view.SIGNALS.items():
        assert key in ("solvency", "liquidity") or f'<p class="what">{title}</p>' in page
    for note in market.notes:
        assert str(escape(view.capital(view.note(note)))) in page
    need = market.path.table["gross_financing_need_pct_gdp"]
    assert f"{need[START]:.1f}% in {START}, {need[START + 10]:.1f}% in {START + 10}" in page
    assert "USD 20,000 million (loans of the package)" in page
    assert page.count('class="l-without"') == 5
    told = market_record(market, drawn[:1], beside=both)
    assert told["signals"] == dict(market.signals)
    assert told["package"]["without_and_with"] == both.table(market).to_dict("records")
    assert len(told["loss"]) == len(market.loss)
    book = openpyxl.load_workbook(
        io.BytesIO(market_workbook(market, drawn[:1], beside=both)), read_only=True
    )
    shown = [r[0] for r in book["Near term"].iter_rows(min_row=2, values_only=True)]
    assert shown == list(market.near.heat_map["indicator"])
    files = market_files(market, drawn[:1], beside=both)
    path = pd.read_csv(io.BytesIO(files["path.csv"])).set_index("year")
    assert path["public_debt_pct_gdp"].tolist() == pytest.approx(
        market.path.table["public_debt_pct_gdp"].tolist()
    )


def test_what_the_market_signals_rest_on_is_said_in_words() -> None:
    market = assess_market(made())
    said = market_view.drivers(market)
    for key, title in (("near", "Near"), ("medium", "Medium"), ("long", "Long")):
        assert f"{title} term {market.signals[key]}" in said
    rows = market_view.loss_rows(market)
    assert rows["exposure"] == market.loss["exposure_usd_mn"].iloc[0]
    first = market.loss.iloc[0]
    assert f"USD {first['expected_loss_usd_mn']:,.0f} million" in rows["rows"][0][2][0]
    table = market_view.parameter_table()
    assert set(table["framework"]) == set(market_view.FRAMEWORKS)
    assert not table.duplicated(["framework", "parameter"]).any()
