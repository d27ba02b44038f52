"""Every page's frame in a real browser: header, language, tables, figures, the map, by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from walking import fits, no_serious, wait_ready

Watch = Callable[[Any], Any]


@pytest.fixture
def page(browser: Any, no_foreign_requests: Watch) -> Iterator[Any]:
    opened = no_foreign_requests(browser.new_page(viewport={"width": 1280, "height": 900}))
    yield opened
    opened.close()


@pytest.fixture
def phone(browser: Any, no_foreign_requests: Watch) -> Iterator[Any]:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, java_script_enabled=True
    )
    yield no_foreign_requests(context.new_page())
    context.close()


@pytest.mark.browser
def test_help_reads_sorts_filters_and_opens(page: Any, workspace_url: str) -> None:
    page.goto(f"{workspace_url}/help?lang=en")
    wait_ready(page)
    fits(page)
    no_serious(page)
    # A figure opens by keyboard to its formula, inputs and method.
    page.focus("#figure-example summary")
    page.keyboard.press("Enter")
    opened = page.inner_text("#figure-example .origin")
    for word in ("time after ÷ time before − 1", "400 h", "340 h", "Shipment times", "computed"):
        assert word in opened
    # Sort by rows, most first, gaps last; then the other way round.
    head = page.locator("#data th[data-name=rows]")
    head.locator("button.sort").click()
    assert head.get_attribute("aria-sort") == "descending"
    cells = "[...document.querySelectorAll('#data tbody tr')].map(r => r.cells[6].dataset.v)"
    found = page.evaluate(cells)
    known = [float(v) for v in found if v]
    assert known == sorted(known, reverse=True)
    assert found[: len(known)] == [v for v in found if v]
    head.locator("button.sort").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert [float(v) for v in page.evaluate(cells) if v] == sorted(known)
    # Pages hide rows, the filter looks in all of them.
    shown = "[...document.querySelectorAll('#data tbody tr')].filter(r => !r.hidden).length"
    assert page.evaluate(shown) == 20
    page.fill("#data input[type=search]", "openstreetmap rail")
    assert 1 <= page.evaluate(shown) < 10
    assert " of " in page.inner_text("#data [data-count]")
    with page.expect_download() as download:
        page.click("#data .tools button")
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert len(text.strip().splitlines()) == page.evaluate(shown) + 1
    assert "network_links" in text
    page.click("a[href='/help/methods/poverty']")
    page.wait_for_url("**/help/methods/poverty")
    wait_ready(page)
    assert page.inner_text("h1") == "Poverty"
    fits(page)
    no_serious(page)


@pytest.mark.browser
def test_skip_link_language_and_navigation(page: Any, workspace_url: str) -> None:
    page.goto(f"{workspace_url}/help?lang=en")
    wait_ready(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    assert page.get_attribute("html", "lang") == "en"
    page.click("header a[hreflang=zh]")
    wait_ready(page)
    assert page.get_attribute("html", "lang") == "zh-Hans"
    page.goto(f"{workspace_url}/help")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    assert page.locator("nav#menu a").count() >= 10
    assert page.get_attribute("header a[href='/help']", "aria-current") == "page"


@pytest.mark.browser
def test_a_phone_has_a_menu_and_no_sideways_page(phone: Any, workspace_url: str) -> None:
    phone.goto(f"{workspace_url}/help?lang=en")
    wait_ready(phone)
    fits(phone)
    no_serious(phone)
    assert not phone.is_visible("nav#menu")
    phone.click(".menu-button")
    assert phone.is_visible("nav#menu a[href='/routes']")
    phone.keyboard.press("Escape")
    assert not phone.is_visible("nav#menu")


@pytest.mark.browser
def test_without_script_all_is_there(browser: Any, workspace_url: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{workspace_url}/help?lang=en")
    assert page.locator("#data tbody tr:visible").count() > 80
    page.click("#figure-example summary")
    assert page.is_visible("#figure-example .origin")
    page.click(".menu-button")
    assert page.is_visible("nav#menu a[href='/routes']")
    context.close()


# The map as pages use it, on a page of the workspace: the module is asked to start once more.
MAP = """(layers) => {
  const figure = document.createElement("figure");
  figure.className = "map-figure";
  figure.id = "m";
  const part = (text) => document.createRange().createContextualFragment(text);
  figure.append(part(`<figcaption>Map</figcaption><div class="map tall" data-map="m">
    <div class="map-canvas" data-canvas></div><div class="map-buttons" data-buttons hidden>
    <button type="button" data-zoom="in" aria-label="in">+</button></div></div>
    <div class="map-side"><fieldset class="layers"><legend>Layers</legend></fieldset></div>
    <p class="map-hint">Keys</p><details class="map-list" data-list><summary>List</summary><ul></ul>
    </details><script type="application/json" data-layers></scr` + `ipt>`));
  figure.querySelector("[data-layers]").textContent = JSON.stringify(layers);
  for (const layer of layers) figure.querySelector("fieldset").append(part(
    `<div class="layer" data-layer="${layer.id}"><label><input type="checkbox"
     ${layer.visible === false ? "" : "checked"}><span>${layer.title}</span></label>
     <div class="legend" data-legend></div></div>`));
  document.querySelector("main").replaceChildren(figure);
  return import("/static/map/index.js").then((m) => m.start());
}"""
GEO = "/api/v1/geo"
LAYERS = [
    {"id": "outlines", "title": "Economies", "url": f"{GEO}/outlines", "style": "outline"},
    {"id": "network", "title": "Network", "url": f"{GEO}/network", "style": "network"},
    {"id": "projects", "title": "Projects", "url": f"{GEO}/projects", "style": "project"},
    {"id": "ports", "title": "Ports", "url": f"{GEO}/ports", "style": "place", "visible": False},
]  # fmt: skip
VIEW = "document.querySelector('svg.world').getAttribute('viewBox').split(' ').map(Number)"


@pytest.mark.browser
def test_the_map_by_keyboard_and_pointer(page: Any, workspace_url: str) -> None:
    page.goto(f"{workspace_url}/help?lang=en")
    wait_ready(page)
    page.evaluate(MAP, LAYERS)
    page.wait_for_selector("[data-map][data-ready='1']")
    assert page.locator("svg.world path.land").count() > 200
    assert page.locator("svg.world path.pl").count() > 100
    assert "Under construction" in page.inner_text("[data-layer=projects] .legend")
    # The same place as in the report's own projection.
    from beltroad.appraisal.report import projection

    for lat, lon in ((0.0, 11.0), (43.2, 76.9), (-33.9, 151.2), (66.0, -172.0)):
        x, y = page.evaluate(
            "(at) => import('/static/map/projection.js').then((m) => m.place(at))", [lon, lat]
        )
        there = projection.place([lat], [lon])[0]  # type: ignore[arg-type]
        assert abs(x - there[0]) <= 0.6
        assert abs(y - there[1]) <= 0.6
    # Keys: nearer, and to the right.
    page.focus("[data-canvas]")
    start = page.evaluate(VIEW)
    for key in ("+", "+", "ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_selector("svg.world:not([data-moving])", state="attached")
    near = page.evaluate(VIEW)
    assert near[2] == pytest.approx(start[2] / 2.25, rel=0.01)
    assert near[0] + near[2] / 2 > start[0] + start[2] / 2
    page.keyboard.press("0")
    assert page.evaluate(VIEW) == start
    # A layer that was off is asked for when it is wanted, and can be put away.
    page.check("[data-layer=ports] input")
    page.wait_for_selector("[data-layer=ports] .legend span")
    page.uncheck("[data-layer=ports] input")
    assert not page.is_visible(".layer-place")
    # The list leads to what the map shows; focus marks it.
    page.click("[data-list] summary")
    page.focus("[data-list] a[href='/countries/KAZ']")
    assert page.locator(".high path").count() == 1
    box = page.locator("svg.world path.high-area").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    assert "Kazakhstan" in page.inner_text("#tip") or "railway" in page.inner_text("#tip").lower()
    no_serious(page)


@pytest.mark.browser
def test_a_layer_that_fails_says_so(browser: Any, workspace_url: str) -> None:
    page = browser.new_page()
    page.goto(f"{workspace_url}/help?lang=en")
    wait_ready(page)
    bad = {"id": "bad", "title": "Rivers", "url": f"{GEO}/rivers", "style": "place"}
    page.evaluate(MAP, [LAYERS[0], bad])
    page.wait_for_selector("[data-map][data-ready='1']")
    assert "Rivers could not be loaded" in page.inner_text("[data-layer=bad]")
    assert page.locator("svg.world path.land").count() > 200
    page.close()
