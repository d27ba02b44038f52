"""The observatory, an indicator, the search and a country, as a reader walks them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from walking import SCREEN, fits, no_serious, tab_to, wait_ready

pytestmark = pytest.mark.browser


def test_from_the_observatory_to_a_country(
    browser: Any,
    workspace_url: str,
    no_foreign_requests: Callable[[Any], Any],
) -> None:
    page = no_foreign_requests(browser.new_page(viewport={"width": 1280, "height": 900}))
    page.goto(workspace_url + "/")
    wait_ready(page)
    fits(page)
    no_serious(page)
    # A figure opens to its source, by the keyboard alone.
    card = page.locator("#policy details.figure").first
    card.locator("summary").focus()
    page.keyboard.press("Enter")
    assert card.locator(".origin a").first.is_visible()
    assert "said by" in card.inner_text()
    # Claims that do not go together stand side by side.
    page.locator("#infrastructure .conflicts > summary").click()
    sides = page.locator("#infrastructure .conflict").first.locator(".sides li")
    assert sides.count() >= 1

    # An indicator with its drawing and every claim.
    page.locator("#trade .stated a", has_text="claims").first.click()
    wait_ready(page)
    assert page.locator("svg.chart").is_visible()
    assert page.locator("#claims tbody tr").count() > 3
    no_serious(page)

    # The search leads to the country, on a phone too.
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(workspace_url + "/search")
    page.locator("#seek").fill("djibouti")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=djibouti")
    fits(page)
    page.locator("main a", has_text="Djibouti").first.click()
    wait_ready(page)
    assert page.url.endswith("/countries/DJI")
    fits(page)
    no_serious(page)
    assert page.locator("#s-debt a[href='/debt/DJI']").is_visible()
    assert page.locator("#s-missing li").count() > 3

    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(workspace_url + "/countries?indicator=grade&lang=zh")
    wait_ready(page)
    fits(page)
    no_serious(page)
    assert page.locator("h1").inner_text() == "国家和地区"
    assert page.locator("#f-indicator").input_value() == "grade"
    page.close()


VIEW = "document.querySelector('#map svg.world').getAttribute('viewBox')"


def test_the_map_and_the_search_by_keyboard_alone(
    browser: Any,
    workspace_url: str,
    no_foreign_requests: Callable[[Any], Any],
) -> None:
    page = no_foreign_requests(browser.new_page(viewport=SCREEN))
    page.goto(workspace_url + "/?lang=en")
    wait_ready(page)
    page.wait_for_selector("[data-map][data-ready='1']")
    tab_to(page, ".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    tab_to(page, "#map [data-canvas]", most=6)
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert name.startswith("Network, corridors, services and projects.")
    assert "arrow keys" in name
    start = page.evaluate(VIEW)
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#map svg.world:not([data-moving])", state="attached")
    assert page.evaluate(VIEW) != start
    tab_to(page, "#map [data-zoom=all]", most=4)
    page.keyboard.press("Enter")
    assert page.evaluate(VIEW) == start
    tab_to(page, "#map [data-layer=corridors] input", most=5)
    page.keyboard.press("Space")
    page.wait_for_selector("#map .layer-route path", state="attached")
    tab_to(page, "#map [data-list] summary", most=6)
    page.keyboard.press("Enter")
    page.wait_for_selector("#map [data-list] a")
    tab_to(page, "#map [data-list] a", most=2)
    text = page.evaluate("document.activeElement.textContent")
    assert page.locator("#map .high path").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/*s/*")
    wait_ready(page)
    assert page.inner_text("h1") in text
    tab_to(page, "#find", most=14)
    page.keyboard.type("piraeus")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=piraeus")
    wait_ready(page)
    tab_to(page, "main .hits a", most=30)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/search" not in url)
    page.close()
