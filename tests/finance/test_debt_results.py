"""What an assessment looks like on the way out: page, workbook, JSON, tables say the same."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import openpyxl
import pandas as pd
import pytest
from debt_made import made

from beltroad.finance.debt.assess import Assessment, assess
from beltroad.finance.debt.engine import ProjectLoan, ProjectPackage
from beltroad.finance.debt.io import drawings, record, view
from beltroad.finance.debt.io.page import debt_page
from beltroad.finance.debt.io.sheets import result_workbook
from beltroad.finance.debt.stochastic.fan import Fan, fans
from beltroad.finance.debt.vocabulary import INDICATORS

EVIL = "<script>alert(1)</script>\"'&"


@pytest.fixture(scope="module")
def found() -> Assessment:
    return assess(made())


@pytest.fixture(scope="module")
def drawn(found: Assessment) -> list[Fan]:
    quantities = ("public_debt_pct_gdp", "pv_public_to_gdp_pct")
    return list(fans(found.inputs, found.paths["baseline"], quantities=quantities, draws=200,
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


def test_page_table_workbook_and_json_hold_the_same_figures(found: Assessment) -> None:
    told = json.loads(record.json_bytes(found))
    assert told["schema"] == "beltroad.debt.assessment/1"
    assert told["ratings"]["overall"] == found.overall_rating
    book = openpyxl.load_workbook(io.BytesIO(result_workbook(found)), read_only=True)
    summary = {r[0].value: r for r in book["Summary"].iter_rows() if r[0].value}
    page = debt_page(found)
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


def test_what_is_assumed_is_counted_and_marked(found: Assessment) -> None:
    said = view.overview(found.inputs)
    assert "1 of 3 terms are imputed or assumed" in said
    assert "(2 of 16 series)" in said
    page = debt_page(found)
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
    bare = replace(found, paths=paths, signals=signals)
    told = json.loads(record.json_bytes(bare))
    assert told["most_extreme"][2]["baseline_pct"] is None
    assert "nan" not in re.sub("<[^>]*>", " ", debt_page(bare)).lower().split()
    result_workbook(bare)
    assert "No stress test" in view.drivers(bare) or found.overall_rating == "high"


def test_a_package_is_told_beside_the_case_without_it(found: Assessment) -> None:
    loan = ProjectLoan("rail", {2026: 20_000.0}, 4.0, 15, 3)
    package = ProjectPackage((loan,))
    with_it = assess(made(), package=package)
    said = view.beside(with_it, found, package)
    assert "USD 20,000 million" in said
    one, other = view.extremes(with_it)[0], view.extremes(found)[0]
    assert one.baseline_pct > other.baseline_pct
    assert f"{other.baseline_pct:.1f} -> {one.baseline_pct:.1f}%" in said
