"""Every page once, on a screen and on a phone: it opens, fits, and axe finds nothing serious."""

from __future__ import annotations

from typing import Any

import pytest
from walking import PHONE, SCREEN, fits, no_serious, ordered, wait_ready

# Pages that no other walk opens. A page with much on it takes axe a second.
PAGES = (
    "/countries/SGP", "/projects?status=under_construction&mode=port", "/routes/services",
    "/routes/cables", "/routes/disruption", "/rules", "/rules/data?exporter=CHN&importer=DEU",
    "/rules/parks?investor=CHN&industry=C29&within=VNM", "/rules/relation", "/debt/CHN",
    "/risk/green", "/registry", "/registry/wellbeing", "/imports", "/jobs", "/tables",
    "/account", "/admin/users", "/admin/audit", "/help/methods/app-map", "/no/such/page",
)  # fmt: skip


@pytest.mark.browser
def test_every_page_opens_fits_and_can_be_read(browser: Any, workspace_url: str) -> None:
    context = browser.new_context(viewport=SCREEN)
    page = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.on("pageerror", lambda e: faults.append(str(e)))
    for path in PAGES:
        page.set_viewport_size(SCREEN)
        answer = page.goto(workspace_url + path)
        assert answer.status == (404 if path in {"/no/such/page", "/debt/CHN"} else 200), path
        wait_ready(page)
        assert page.title().endswith(" · beltroad")
        ordered(page)
        fits(page)
        no_serious(page)
        page.set_viewport_size(PHONE)
        fits(page)
        no_serious(page, narrow=True)
        page.set_viewport_size({"width": 320, "height": 640})
        fits(page)
    # The same in Chinese: interface words, headings and units.
    page.set_viewport_size(SCREEN)
    page.goto(f"{workspace_url}/countries/SGP?lang=zh")
    wait_ready(page)
    assert page.get_attribute("html", "lang") == "zh-Hans"
    heads = page.locator("h2, caption, .figure .what").all_inner_texts()
    assert len(heads) > 20
    plain = [h for h in heads if h.isascii()]
    assert len(plain) < len(heads) / 4, plain
    assert [url for url in asked if not url.startswith((f"{workspace_url}/", "data:"))] == []
    assert faults == []
    context.close()


@pytest.mark.browser
def test_print_forced_colours_and_zoom(browser: Any, workspace_url: str) -> None:
    context = browser.new_context(viewport=SCREEN, forced_colors="active")
    page = context.new_page()
    page.goto(f"{workspace_url}/registry/agreement")
    wait_ready(page)
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    fits(page)
    # 400 % of 1280 px, as WCAG 1.4.10 asks: 320 px wide.
    page.set_viewport_size({"width": 320, "height": 256})
    fits(page)
    page.set_viewport_size(SCREEN)
    page.emulate_media(media="print")
    assert not page.is_visible("header.top")
    assert not page.is_visible("[data-tools] input")
    # Rows that the screen keeps for the next pages are printed too.
    assert page.locator("tbody tr:visible").count() == page.locator("tbody tr").count()
    context.close()


@pytest.mark.browser
def test_a_team_signs_in(browser: Any, team_url: str, password: str) -> None:
    context = browser.new_context(viewport=SCREEN)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.goto(f"{team_url}/admin/users")
    assert "/login?next=" in page.url
    wait_ready(page)
    no_serious(page)
    ordered(page)
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/users")
    form = page.locator("form.panel")
    form.get_by_label("Name").fill("bo")
    form.get_by_label("Role").select_option("analyst")
    form.get_by_label("First password").fill("nine boats on the lake")
    form.get_by_role("button").click()
    page.get_by_role("rowheader", name="bo", exact=True).wait_for()
    no_serious(page)
    page.set_viewport_size(PHONE)
    fits(page)
    no_serious(page, narrow=True)
    page.goto(f"{team_url}/admin/audit?q=bo")
    wait_ready(page)
    assert page.get_by_text("ada").first.is_visible()
    fits(page)
    no_serious(page)
    page.goto(f"{team_url}/account")
    wait_ready(page)
    fits(page)
    no_serious(page)
    page.set_viewport_size(SCREEN)
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/login*")
    assert [url for url in asked if not url.startswith(f"{team_url}/")] == []
    context.close()
