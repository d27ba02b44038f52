"""Routes by keyboard alone: two places, what is closed, the job, the ways and their steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from walking import fits, no_serious, wait_ready


@pytest.mark.browser
def test_from_chongqing_to_duisburg_by_keyboard(
    browser: Any, workspace_url: str, no_foreign_requests: Callable[[Any], Any]
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = no_foreign_requests(context.new_page())
    page.set_default_timeout(60_000)
    page.goto(f"{workspace_url}/routes")
    wait_ready(page)
    no_serious(page)
    press = page.keyboard.press

    def on(name: str) -> bool:
        return bool(page.evaluate("document.activeElement.name || ''") == name)

    def tab_to(name: str) -> None:
        for _ in range(40):
            if on(name):
                return
            press("Tab")
        raise AssertionError(f"no way to {name} with the keyboard")

    def choose(text: str, option: str) -> None:
        """Type, then take a suggestion with the arrow keys."""
        page.keyboard.type(text)
        shown = page.locator("[role=listbox]:not([hidden]) [role=option]")
        shown.filter(has_text=option).first.wait_for()
        for _ in range(shown.count()):
            press("ArrowDown")
            if option in page.locator("[role=option][aria-selected=true]").inner_text():
                break
        press("Enter")

    tab_to("from")
    choose("chongq", "CNCQI")
    assert page.locator("#f-from").input_value() == "Chongqing, CHN (CNCQI)"
    tab_to("to")
    page.keyboard.type("Duisburg")
    press("Escape")
    tab_to("close")
    page.keyboard.type("suez, ")
    choose("altyn", "Khorgos / Altynkol")
    assert page.locator("#f-close").input_value().startswith("suez, border:KHORGOS")
    # The details with more fields: open them, and allow rail only.
    tab_to("avoid")
    press("Tab")
    press("Enter")
    tab_to("mode")
    press("Space")
    press("Enter")
    page.locator("#routes tbody tr").first.wait_for(state="attached")
    wait_ready(page)
    assert "close=suez" in page.url
    ways = page.locator("#routes tbody tr")
    assert ways.count() >= 1
    assert "Khorgos / Altynkol" not in page.locator("#routes").inner_text()
    assert "Khorgos / Altynkol" in page.locator("#detour, #without").all_text_contents().__str__()
    page.locator("#figure-hours_total summary").focus()
    press("Enter")
    assert page.locator("#figure-hours_total .inputs li").first.is_visible()
    assert page.locator("#way-1 tbody tr").count() > 3
    assert page.locator("#routes-map svg path").count() > 100
    no_serious(page)
    page.set_viewport_size({"width": 390, "height": 800})
    fits(page)
    # An ambiguous name is answered 422, which the browser writes to its console.
    page = context.new_page()
    page.goto(f"{workspace_url}/routes?from=Victoria&to=Duisburg")
    wait_ready(page)
    page.get_by_role("link", name="Victoria, CAN").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/routes?*CAVIC*")
    context.close()
