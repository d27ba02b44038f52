"""Rules and debt room as someone walks through them: forms, answers, an own workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from walking import PHONE, fits, no_serious, ordered, tab_to, wait_ready

from beltroad.app.questions.debt import cases, listing
from beltroad.finance.debt.inputs import prepared


@pytest.fixture
def page(
    browser: Any, no_foreign_requests: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """A page that refuses to talk to any other host; few countries and paths, to be quick."""
    monkeypatch.setattr(prepared, "codes", lambda: ("AGO", "KEN"))
    monkeypatch.setattr(prepared, "_ready", lambda: ("AGO", "KEN"))
    monkeypatch.setattr(cases, "DRAWS", 200)
    for kept in (prepared._countries, listing.countries, cases._memory):
        kept.cache_clear()
    listing._ratings_kept.clear()
    context = browser.new_context(accept_downloads=True, viewport={"width": 1280, "height": 900})
    opened = no_foreign_requests(context.new_page())
    opened.set_default_timeout(20_000)
    yield opened
    context.close()
    for kept in (prepared._countries, listing.countries, cases._memory):
        kept.cache_clear()
    listing._ratings_kept.clear()


@pytest.mark.browser
def test_may_an_investor_enter(page: Any, workspace_url: str) -> None:
    # By keyboard alone, from the door to the article that decides.
    page.goto(f"{workspace_url}/rules?lang=en")
    wait_ready(page)
    tab_to(page, "main a[href='/rules/entry']", most=20)
    page.keyboard.press("Enter")
    page.wait_for_url("**/rules/entry")
    wait_ready(page)
    for field, value in (("investor", "JPN"), ("host", "CHN"), ("industry", "J61"),
                         ("stake", "60")):  # fmt: skip
        tab_to(page, f"[name={field}]", most=25)
        page.keyboard.press("Control+a")
        page.keyboard.type(value)
    page.keyboard.press("Enter")
    page.wait_for_url("**/rules/entry?*industry=J61*")
    wait_ready(page)
    assert page.get_by_role("heading", name="Restricted: it depends").is_visible()
    tab_to(page, "details.statement summary")
    tab_to(page, "details.statement summary", most=3)
    page.keyboard.press("Enter")
    opened = page.locator("details.statement").nth(1)
    assert opened.locator("a").first.get_attribute("href").startswith("https://")
    assert "not met" in opened.inner_text()
    no_serious(page)
    ordered(page)
    page.set_viewport_size(PHONE)
    fits(page)
    no_serious(page, narrow=True)
    page.goto(f"{workspace_url}/rules/disputes?host=SGP&result=judgment")
    wait_ready(page)
    assert page.get_by_text("unconfirmed").first.is_visible()
    fits(page)
    no_serious(page)
    ordered(page)


@pytest.mark.browser
def test_debt_with_a_loan_and_with_own_figures(
    page: Any, workspace_url: str, tmp_path: Path
) -> None:
    page.goto(f"{workspace_url}/debt")
    wait_ready(page)
    no_serious(page)
    page.get_by_role("link", name="Kenya").first.click()
    wait_ready(page)
    for label, value in (("Amount, million USD", "1000"), ("First year lent", "2025"),
                         ("Lent over, years", "4"), ("Interest, %", "3"),
                         ("Maturity, years", "20"), ("Grace, years", "5")):  # fmt: skip
        page.get_by_label(label).first.fill(value)
    page.get_by_role("button", name="Assess", exact=True).click()
    page.wait_for_url("**/debt/KEN?*amount=1000*")
    wait_ready(page)
    row = page.locator("#without-and-with tr", has_text="Public debt in 2034")
    without, with_loan = (float(text) for text in row.locator("td.n").all_inner_texts())
    assert with_loan > without
    page.locator("#figure-external summary").click()
    assert page.locator("#figure-external .inputs li").count() > 3
    no_serious(page)
    page.set_viewport_size({"width": 390, "height": 800})
    fits(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    with page.expect_download() as waiting:
        page.get_by_role("link", name="inputs as a workbook to change").click()
    path = tmp_path / "own.xlsx"
    waiting.value.save_as(path)
    page.get_by_label("Workbook in the form of the template").set_input_files(path)
    page.get_by_role("button", name="Upload and assess").click()
    page.wait_for_url("**/debt/uploads/*")
    wait_ready(page)
    assert page.get_by_text("No value, setting or loan term differs").is_visible()
    path.write_bytes(b"junk")
    page.get_by_label("Workbook in the form of the template").set_input_files(path)
    page.get_by_role("button", name="Upload and assess").click()
    page.get_by_role("alert").wait_for()
    assert "is no workbook" in page.get_by_role("alert").inner_text()
    no_serious(page)
