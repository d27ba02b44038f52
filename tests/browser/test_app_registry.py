"""From a project to its record: an edit, its history, and a file with faults and one without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from walking import PHONE, SCREEN, fits, no_serious, ordered, wait_ready


@pytest.mark.browser
def test_a_record_is_changed_and_a_file_taken_in(
    browser: Any, workspace_url: str, no_foreign_requests: Callable[[Any], Any], tmp_path: Path
) -> None:
    page = no_foreign_requests(browser.new_page(viewport=SCREEN))

    def look(*, phone: bool = True) -> None:
        wait_ready(page)
        ordered(page)
        fits(page)
        no_serious(page)
        if phone:
            page.set_viewport_size(PHONE)
            fits(page)
            no_serious(page, narrow=True)
            page.set_viewport_size(SCREEN)

    page.goto(f"{workspace_url}/projects?mode=border&lang=en")
    wait_ready(page)
    form = page.locator("main form").first
    form.get_by_label("Search", exact=True).fill("Lamu")
    form.get_by_label("Kind of transport").select_option("")
    form.get_by_role("button", name="Show").click()
    page.wait_for_url("**/projects?*Lamu*")
    wait_ready(page)
    page.locator("#projects-list tbody a").first.click()
    look()
    project = page.url.rsplit("/", 1)[1]
    page.get_by_role("link", name="Record, history and edit").click()
    look()
    before = page.locator("tr", has_text="Financing").locator("td").inner_text()
    page.get_by_role("link", name="Edit", exact=True).click()
    look()
    page.get_by_label("Financing").fill("<b>own words</b>")
    hosts = page.locator("#f-countries").input_value()
    page.locator("#f-countries").fill("QQQ")
    page.locator("main form button[type=submit]").first.click()
    page.get_by_role("alert").wait_for()
    look(phone=False)
    assert "QQQ" in page.get_by_role("alert").inner_text()
    assert page.get_attribute("#f-countries", "aria-invalid") == "true"
    page.locator("#f-countries").fill(hosts)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**?done=saved")
    look()
    change = page.locator(".registry-history li").first
    assert "<b>own words</b>" in change.inner_text()
    assert before in change.inner_text()
    page.get_by_role("button", name="Go back to revision 1").click()
    page.wait_for_url(f"**/registry/project/{project}?*")
    wait_ready(page)
    assert page.locator("tr", has_text="Financing").first.locator("td").inner_text() == before

    # A file with faults is not taken in, and says all of them; a whole one is.
    rows = "id,name,mode\nXX-1,Bad,tram\n"
    (tmp_path / "bad.csv").write_text(rows, encoding="utf-8")
    page.goto(f"{workspace_url}/imports")
    wait_ready(page)
    page.locator("#f-file").set_input_files(tmp_path / "bad.csv")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/imports/previews/*")
    look()
    assert "'tram' is not allowed" in page.inner_text("main")
    assert page.locator("main form[method=post]").count() == 0
    with page.expect_download() as waiting:
        page.goto(f"{workspace_url}/registry/project")
        wait_ready(page)
        page.locator("main a", has_text="CSV").first.click()
    header, *lines = waiting.value.path().read_text(encoding="utf-8-sig").splitlines()
    row = next(line for line in lines if project in line)
    (tmp_path / "good.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    page.goto(f"{workspace_url}/imports")
    page.locator("#f-file").set_input_files(tmp_path / "good.csv")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/imports/previews/*")
    wait_ready(page)
    assert "Faults in the file" not in page.locator("main table").all_inner_texts()
    page.close()
