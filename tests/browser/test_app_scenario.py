"""The scenario editor with the keyboard only, then a run to its result and a comparison."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from walking import SCREEN, fits, no_serious, tab_to, wait_ready

from beltroad.appraisal import run, writing


def _quick(scenario: Any, *, cache: Any, progress: Any, apply: Any = ()) -> Any:
    """In place of the engine: its steps, and a plausible appraisal of this very scenario."""
    synthetic = importlib.import_module("synthetic")
    for step in ("solving the trade equilibrium", "tables"):
        with progress.step(step) as report:
            report(0.5)
    return synthetic.appraisal(scenario=scenario, rail_lines=20, pair_rows=30)


@pytest.mark.browser
def test_a_scenario_by_keyboard_to_its_result(
    browser: Any, workspace_url: str, no_foreign_requests: Callable[[Any], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(run, "appraise", _quick)
    few = {"report.html": b"<!doctype html><title>R</title>"}
    monkeypatch.setattr(writing, "result_files", lambda *_: dict(few))
    page = no_foreign_requests(browser.new_page(viewport={"width": 1280, "height": 900}))
    page.goto(f"{workspace_url}/scenarios/new?lang=en")
    wait_ready(page)
    page.wait_for_selector("html[data-scenario]")
    no_serious(page)
    page.focus("[name=name]")
    page.keyboard.type("By keyboard")
    page.focus("[data-filter]")
    page.keyboard.type("vientiane")
    assert "0 ticked" in page.inner_text("[data-count]")
    page.focus("[name='projects.chosen'][value=KUN-VTE]")
    page.keyboard.press("Space")
    assert "1 ticked" in page.inner_text("[data-count]")
    assert page.is_checked("[name='projects.include'][value=chosen]")
    page.focus("button[value=add-reforms]")
    # A closed part opens by its summary.
    page.focus("#part-reforms > summary")
    page.keyboard.press("Enter")
    page.focus("button[value=add-reforms]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name='reforms.0.name']")
    wait_ready(page)
    page.focus("[name='reforms.0.name']")
    page.keyboard.type("Half")
    page.focus("[name='reforms.0.countries']")
    page.keyboard.type("Kazakstan")
    page.fill("[name='reforms.0.wait_factor']", "50")
    page.focus("form.scenario .act button[value=look]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name='reforms.0.countries'][aria-invalid=true]")
    assert "Did you mean 'Kazakhstan'" in page.inner_text("#part-reforms")
    page.fill("[name='reforms.0.countries']", "Kazakhstan")
    page.focus("form.scenario .act button[value=text]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name=text]")
    text = page.input_value("[name=text]")
    assert 'countries = ["KAZ"]' in text
    assert 'include = ["KUN-VTE"]' in text
    assert "about" in page.inner_text(".act")  # what it takes, before the button
    page.focus("form.scenario .act button[value=run]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/appraisals/*", timeout=60_000)
    wait_ready(page)
    assert page.inner_text("h1") == "By keyboard"
    fits(page)
    no_serious(page)
    page.focus("#figure-real_income summary")
    page.keyboard.press("Enter")
    assert "income of the accounts' year" in page.inner_text("#figure-real_income .origin")
    first = page.url.rsplit("/", 1)[1]
    # A second one, without the reform, beside the first, on a phone.
    page.goto(f"{workspace_url}/scenarios/new?from=run:{first}&view=text")
    page.fill("[name=text]", text.replace("wait_factor = 0.5", "wait_factor = 0.4"))
    page.click("form.scenario .act button[value=run]")
    page.wait_for_url("**/appraisals/*", timeout=60_000)
    second = page.url.rsplit("/", 1)[1]
    assert second != first
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{workspace_url}/compare?run={first}&run={second}")
    wait_ready(page)
    fits(page)
    no_serious(page)
    assert "wait_factor" in page.inner_text("#settings")
    page.click("form[action='/views'] button")
    page.wait_for_selector("#f-link")
    page.goto(page.input_value("#f-link"))
    assert page.url.endswith(f"/compare?run={first}&run={second}")
    page.close()


def _endless(scenario: Any, *, cache: Any, progress: Any, apply: Any = ()) -> Any:
    """In place of the engine: work that ends only when it is cancelled."""
    with progress.step("solving the trade equilibrium") as report:
        for part in range(6000):
            report(part / 6000)
            threading.Event().wait(0.01)
    raise AssertionError("nobody cancelled")


@pytest.mark.browser
def test_a_new_scenario_is_run_and_cancelled_by_keyboard_alone(
    browser: Any, workspace_url: str, no_foreign_requests: Callable[[Any], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(run, "appraise", _endless)
    page = no_foreign_requests(browser.new_page(viewport=SCREEN))
    page.goto(f"{workspace_url}/scenarios?lang=en")
    wait_ready(page)
    tab_to(page, "main a[href='/scenarios/new']", most=20)
    page.keyboard.press("Enter")
    page.wait_for_url("**/scenarios/new")
    page.wait_for_selector("html[data-scenario]")
    tab_to(page, "[name=name]", most=20)
    page.keyboard.type("To be cancelled")
    tab_to(page, "[name='projects.include']", most=12)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.is_checked("[name='projects.include'][value=none]")
    tab_to(page, "form.scenario .act button[value=run]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/scenarios/runs/*")
    wait_ready(page)
    panel = page.locator("[data-job]")
    panel.get_by_text("solving the trade equilibrium").first.wait_for()
    assert panel.get_by_role("status").count() == 1  # a screen reader is told of each step
    assert panel.get_by_role("progressbar").get_attribute("aria-label")
    no_serious(page)
    tab_to(page, "form[action$='/cancel'] button", most=25)
    page.keyboard.press("Enter")
    page.get_by_text("cancelled", exact=True).or_(
        page.get_by_text("Cancelled", exact=True)
    ).first.wait_for()
    wait_ready(page)
    no_serious(page)
    fits(page)
    page.close()
