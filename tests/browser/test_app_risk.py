"""The risk room as someone walks through it: the life of an alert by keyboard, a risk by form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from walking import fits, no_serious, wait_ready

from beltroad.app.questions.risk import country


@pytest.fixture
def page(
    browser: Any, no_foreign_requests: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """A page that asks no other host."""
    monkeypatch.setattr(country, "_MOST", 1)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = no_foreign_requests(context.new_page())
    opened.set_default_timeout(20_000)
    yield opened
    context.close()


def tab_to(page: Any, text: str, tag: str) -> None:
    """Press the tab key until what is wanted has the focus, as someone without a mouse does."""
    for _ in range(120):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "() => { const e = document.activeElement;"
            " return [e.tagName, e.id, (e.textContent || '').trim()]; }"
        )
        if found[0] == tag and text in (found[1], found[2]):
            return
    raise AssertionError(f"{tag} {text!r} cannot be reached by keyboard")


@pytest.mark.browser
def test_an_alert_is_seen_through_by_keyboard_alone(page: Any, workspace_url: str) -> None:
    page.goto(f"{workspace_url}/risk/alerts")
    wait_ready(page)
    tab_to(page, "Run the watch", "BUTTON")
    page.keyboard.press("Enter")
    page.get_by_text("signals compared").wait_for()
    wait_ready(page)
    no_serious(page)
    first = page.locator("#alerts tbody th a").first.inner_text()
    tab_to(page, first, "A")
    page.keyboard.press("Enter")
    page.wait_for_url("**/risk/alerts/*-*")
    wait_ready(page)
    no_serious(page)
    assert page.get_by_role("button", name="Close").count() == 0
    for button, field, text, done in (
        ("Acknowledge", "", "", "Acknowledged."),
        ("Assign", "f-to", "Ana", "Assigned."),
        ("Close", "f-reason", "Figure was corrected", "Closed."),
    ):
        if field:
            tab_to(page, field, "TEXTAREA" if button == "Close" else "INPUT")
            page.keyboard.type(text)
        tab_to(page, button, "BUTTON")
        page.keyboard.press("Enter")
        page.get_by_text(done, exact=True).wait_for()
        wait_ready(page)
    assert page.locator("[data-state]").inner_text() == "closed"
    trail = page.locator(".risk-trail li").all_inner_texts()
    assert [each.split(" ")[0] for each in trail] == [
        "Closed", "Assigned", "Acknowledged", "Opened"]  # fmt: skip
    page.set_viewport_size({"width": 390, "height": 800})
    fits(page)


@pytest.mark.browser
def test_a_risk_and_the_room(page: Any, workspace_url: str) -> None:
    page.goto(f"{workspace_url}/risk/register/new")
    wait_ready(page)
    no_serious(page)
    page.locator("#f-title").fill("Tunnel floods")
    page.locator("#f-level").select_option("project")
    page.locator("#f-category").select_option("construction")
    page.get_by_label("Likelihood").first.select_option("4")
    page.get_by_label("Effect on cost").first.select_option("5")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("is needed for a risk of a project").first.wait_for()
    assert page.locator("#f-iso3-error").is_visible()
    page.locator("#f-iso3").fill("KEN")
    page.locator("#f-project").fill("SGR")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    wait_ready(page)
    no_serious(page)
    for path in ("/risk", "/risk/register", "/risk/country/KEN", "/risk/gates?project=SGR",
                 "/risk/portfolio", "/risk/screening"):  # fmt: skip
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{workspace_url}{path}")
        wait_ready(page)
        no_serious(page)
        page.set_viewport_size({"width": 390, "height": 800})
        fits(page)
