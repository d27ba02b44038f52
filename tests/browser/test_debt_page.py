"""The page of a debt assessment in a real browser: fits, loads nothing, reads without script."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from beltroad.finance.debt.bri.low_income import assess_bri
from beltroad.finance.debt.bri.market import assess_market
from beltroad.finance.debt.dynamics.engine import ProjectLoan, ProjectPackage
from beltroad.finance.debt.io.packages import Package
from beltroad.finance.debt.report.beside import Beside
from beltroad.finance.debt.report.market_page import market_page
from beltroad.finance.debt.report.page import debt_page
from beltroad.finance.debt.stochastic.fan import fans

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "finance"))
from debt_made import made


@pytest.fixture(scope="session")
def debt_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    package = ProjectPackage((ProjectLoan("rail", {2026: 20_000.0}, 4.0, 15, 3),))
    bri = assess_bri(made(), package=package, reverse=False)
    found = bri.decisive
    drawn = list(fans(found.inputs, found.paths["baseline"], quantities=("public_debt_pct_gdp",),
                      draws=100, thresholds=found.thresholds).values())  # fmt: skip
    files = Package(package, ("a-file-with-a-long-name-of-one-word-for-narrow-screens.toml",))
    market = assess_market(made(), drawn[0], package=package)
    pages = {
        "debt": debt_page(found, drawn, beside=Beside(files, bri.without), bri=bri),
        "market": market_page(market, drawn, beside=Beside(files, assess_market(made()))),
    }
    folder = tmp_path_factory.mktemp("debt")
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in pages}


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desk", "phone"])
def opened(
    request: pytest.FixtureRequest, browser: Any, debt_files: dict[str, Path]
) -> Iterator[Any]:
    page = browser.new_page(viewport=dict(zip(("width", "height"), request.param, strict=True)))
    page.heard = []
    page.on("request", lambda r: page.heard.append(r.url))
    page.on("console", lambda m: page.heard.append(m.text))
    page.goto(debt_files["debt"].as_uri())
    yield page
    page.close()


@pytest.mark.browser
def test_the_debt_pages_fit_and_load_nothing(opened: Any, debt_files: dict[str, Path]) -> None:
    wide = "document.documentElement.scrollWidth - innerWidth"
    assert opened.evaluate(wide) <= 0
    opened.goto(debt_files["market"].as_uri())
    # Also with all that is folded away in sight.
    opened.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert opened.evaluate(wide) <= 0
    assert opened.heard == [debt_files[name].as_uri() for name in ("debt", "market")]


@pytest.mark.browser
def test_lines_and_bars_are_told_apart(opened: Any) -> None:
    looks = """(part, what) => [...document.querySelectorAll(part)]
               .map(e => getComputedStyle(e)[what])"""
    strokes = {
        opened.eval_on_selector(f".charts path.l-{name}", "e => getComputedStyle(e).stroke")
        for name in ("base", "without", "worst", "hist", "other")
    }
    assert len(strokes) == 5
    fills = opened.evaluate(f"({looks})('#changes figure:first-child path', 'fill')")
    assert len(set(fills)) == len(fills) >= 4
    assert "none" not in fills
    keys = opened.evaluate(f"({looks})('#changes figure:first-child .key i', 'backgroundColor')")
    assert keys == fills


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
