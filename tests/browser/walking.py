"""What every walk through the workspace asks of a page."""

from __future__ import annotations

from typing import Any

__all__ = ["fits", "no_serious", "wait_ready"]


def wait_ready(page: Any, timeout: float = 30_000) -> None:
    """Wait until the page says that all its scripts have done their work."""
    page.wait_for_selector('html[data-ready="1"]', state="attached", timeout=timeout)


def no_serious(page: Any) -> None:
    """No serious or critical finding of axe on the page as it is now."""
    from axe_playwright_python.sync_playwright import Axe

    found = [
        f"{v['id']}: {v['help']}: {node['target']} {node['html'][:160]}"
        for v in Axe().run(page).response["violations"]
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"][:3]
    ]
    assert not found, "\n".join(found)


def fits(page: Any) -> None:
    """The page is not wider than the screen."""
    over = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert over <= 0, f"{over} px too wide"
