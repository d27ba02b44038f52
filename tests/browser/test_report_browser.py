"""The report in a real browser: fits, loads nothing, sorts, filters, and talks to the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
SIZES = {"desk": (1280, 900), "phone": (390, 844)}


class Opened:
    """A page with what it asked for and what it complained about."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page = page
        self.address = path.as_uri()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda r: self.requests.append(r.url))
        page.on("console", lambda m: self.complaints.append(m.text))
        page.on("pageerror", lambda e: self.complaints.append(str(e)))
        page.goto(self.address)


@pytest.fixture(params=list(SIZES))
def opened(request: pytest.FixtureRequest, browser: Any, report: Path) -> Iterator[Opened]:
    width, height = SIZES[request.param]
    page = browser.new_page(viewport={"width": width, "height": height})
    yield Opened(page, report)
    page.close()


@pytest.fixture
def desk(browser: Any, report: Path) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    yield Opened(page, report).page
    page.close()


def column(page: Any, table: str, index: int) -> list[str]:
    return list(
        page.eval_on_selector_all(
            f"#{table} tbody tr:not([hidden])",
            f"rows => rows.map(r => r.cells[{index}].textContent)",
        )
    )


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("+", "").replace(",", ""))


def test_the_page_fits_loads_nothing_and_does_not_complain(opened: Opened) -> None:
    wide = opened.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    assert opened.requests == [opened.address]
    assert opened.complaints == []


def test_one_drawing_of_each_chart_is_shown_and_fits(opened: Opened) -> None:
    figures = opened.page.locator("figure:has(.wide-only)")
    assert figures.count() == 5
    for i in range(figures.count()):
        shown = figures.nth(i).locator("svg.chart:visible")
        assert shown.count() == 1
        box = shown.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= opened.page.viewport_size["width"]


def test_text_on_the_phone_is_large_enough_to_read(browser: Any, report: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(report.as_uri())
    heights = page.eval_on_selector_all(
        "svg.chart:not(.wide-only svg) text, svg.map .names text",
        "all => all.filter(t => t.checkVisibility()).map(t => t.getBoundingClientRect().height)"
        ".filter(h => h > 0)",
    )
    page.close()
    assert heights
    assert min(heights) >= 9


def test_sorting_by_click_and_by_keyboard(desk: Any) -> None:
    head = desk.locator("#economies thead th", has_text="Shipment time").first
    index = head.evaluate("th => [...th.parentNode.children].indexOf(th)")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    down = [number(t) for t in column(desk, "economies", index) if t != "–"]
    assert down == sorted(down, reverse=True)
    head.locator("button").focus()
    desk.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    up = [number(t) for t in column(desk, "economies", index) if t != "–"]
    assert up == sorted(up)
    desk.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    others = desk.locator("#economies thead th:not([aria-sort=none])")
    assert others.count() == 1


def test_gaps_sort_to_the_end_both_ways(desk: Any) -> None:
    head = desk.locator("#economies thead th", has_text="Real income").first
    index = head.evaluate("th => [...th.parentNode.children].indexOf(th)")
    for _ in range(2):
        head.locator("button").click()
        texts = column(desk, "economies", index)
        gaps = [t == "–" for t in texts]
        assert any(gaps)
        assert gaps == sorted(gaps)


def test_filter_ignores_case_and_accents_and_reports_how_many(desk: Any) -> None:
    everything = len(column(desk, "economies", 0))
    field = desk.locator("input[data-filter=economies]")
    field.fill("cote d")
    assert column(desk, "economies", 0) == ["Côte d'Ivoire"]
    assert desk.locator("[data-said=economies]").text_content() == f"1 of {everything} rows"
    field.fill("CENTRAL asia")
    assert "Kazakhstan" in column(desk, "economies", 0)
    field.fill("no such place")
    assert column(desk, "economies", 0) == []
    field.fill("")
    assert len(column(desk, "economies", 0)) == everything


def test_tooltips_by_pointer_and_by_arrow_keys(desk: Any) -> None:
    tip = desk.locator("#tip")
    assert tip.is_hidden()
    desk.locator("#figure-gains .wide-only .m").first.hover()
    assert "%" in (tip.text_content() or "")
    desk.mouse.move(2, 2)
    drawing = desk.locator("#figure-shades svg.map")
    drawing.focus()
    desk.keyboard.press("ArrowRight")
    first = tip.text_content()
    desk.keyboard.press("ArrowRight")
    assert tip.is_visible()
    assert tip.text_content() != first
    desk.keyboard.press("Escape")
    assert tip.is_hidden()


def test_copy_gives_numbers_in_full_and_no_formulas(desk: Any) -> None:
    desk.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    desk.evaluate("document.querySelector('#economies tbody th').textContent = '=1+1 \"q\"'")
    desk.locator("button[data-copy=economies]").click()
    lines = desk.evaluate("window.copied").split("\r\n")
    assert len(lines) == 1 + len(column(desk, "economies", 0))
    assert lines[1].startswith('"\'=1+1 ""q""",')
    assert "rows copied" in (desk.locator("[data-said=economies]").text_content() or "")


def test_print_shows_no_controls_and_repeats_headings(desk: Any) -> None:
    desk.emulate_media(media="print")
    for selector in ("nav", ".tools", "#economies thead button"):
        assert not desk.locator(selector).first.is_visible()
    assert desk.locator("#economies thead .ink").first.is_visible()


def test_works_without_script(browser: Any, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.locator("#economies tbody tr").count() > 200
    assert page.locator("svg.chart:visible").count() == 5
    context.close()
