"""The page of a debt assessment in a real browser: fits, loads nothing, reads without script."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from beltroad.finance.debt.assess import assess
from beltroad.finance.debt.io.page import debt_page
from beltroad.finance.debt.stochastic.fan import fans

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "finance"))
from debt_made import made


@pytest.fixture(scope="session")
def debt_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = assess(made())
    drawn = fans(found.inputs, found.paths["baseline"], quantities=("public_debt_pct_gdp",),
                 draws=100, thresholds=found.thresholds)  # fmt: skip
    path = tmp_path_factory.mktemp("debt") / "debt.html"
    path.write_text(debt_page(found, list(drawn.values())), encoding="utf-8")
    return path


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desk", "phone"])
def opened(request: pytest.FixtureRequest, browser: Any, debt_file: Path) -> Iterator[Any]:
    page = browser.new_page(viewport=dict(zip(("width", "height"), request.param, strict=True)))
    page.heard = []
    page.on("request", lambda r: page.heard.append(r.url))
    page.on("console", lambda m: page.heard.append(m.text))
    page.goto(debt_file.as_uri())
    yield page
    page.close()


@pytest.mark.browser
def test_the_debt_page_fits_and_loads_nothing(opened: Any, debt_file: Path) -> None:
    assert opened.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert opened.heard == [debt_file.as_uri()]


@pytest.mark.browser
def test_charts_and_heat_map_can_be_read(opened: Any) -> None:
    heights = opened.eval_on_selector_all(
        "svg.chart text", "all => all.map(t => t.getBoundingClientRect().height)"
    )
    assert len(heights) > 50
    assert min(heights) >= 9
    # Every cell of the heat map stands out from its colour as the guidelines on contrast ask.
    ratios = opened.eval_on_selector_all(
        ".heat td",
        """all => all.map(cell => {
          const light = text => { const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map(v => {
            v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b };
          const style = getComputedStyle(cell);
          const [a, b] = [light(style.color), light(style.backgroundColor)].sort();
          return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) })""",
    )
    assert len(ratios) >= 45
    assert min(ratios) >= 4.5


@pytest.mark.browser
def test_print_keeps_the_heat_map_whole(opened: Any) -> None:
    opened.emulate_media(media="print")
    assert opened.locator(".heat tbody tr:visible").count() >= 9
    assert not opened.locator(".hint").is_visible()
