"""What every walk through the workspace asks of a page."""

from __future__ import annotations

import itertools
from typing import Any

__all__ = ["PHONE", "SCREEN", "fits", "no_serious", "ordered", "tab_to", "wait_ready"]

SCREEN = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def wait_ready(page: Any, timeout: float = 30_000) -> None:
    """Wait until the page says that all its scripts have done their work."""
    page.wait_for_selector('html[data-ready="1"]', state="attached", timeout=timeout)


# What may differ on a narrower screen, where other parts are shown and they lie otherwise.
_NARROW = ["aria-hidden-focus", "button-name", "color-contrast", "link-in-text-block", "link-name",
           "scrollable-region-focusable", "target-size"]  # fmt: skip


# Rows of a table are made alike: the first ones speak for all, and spare most of the time.
_PARTS = {"include": [["html"]], "exclude": [["tbody tr:nth-child(n+9)"], ["svg.world"]]}


def no_serious(page: Any, *, narrow: bool = False) -> None:
    """No serious or critical finding of axe on the page as it is now.

    ``narrow`` is for a page that axe has seen whole on a wide screen.
    """
    from axe_playwright_python.sync_playwright import Axe

    only = {"runOnly": {"type": "rule", "values": _NARROW}} if narrow else None
    found = [
        f"{v['id']}: {v['help']}: {node['target']} {node['html'][:160]}"
        for v in Axe().run(page, context=_PARTS, options=only).response["violations"]
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


def ordered(page: Any) -> None:
    """One heading of the first rank, and none that skips a rank."""
    ranks = page.evaluate(
        """[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].filter(e => e.checkVisibility())
        .map(e => Number(e.tagName[1]))"""
    )
    assert ranks.count(1) == 1, f"headings {ranks}"
    assert all(after <= before + 1 for before, after in itertools.pairwise(ranks)), ranks


# Where focus is: on nothing (lost), on what is wanted, or on the way; and whether one sees it.
_FOCUS = """(wanted) => {
  const at = document.activeElement;
  if (!at || at === document.body) return ['lost', true];
  const box = at.getBoundingClientRect();
  const ring = getComputedStyle(at).outlineStyle !== 'none'
    || getComputedStyle(at, '::after').borderTopStyle === 'solid';
  const seen = ring && at.checkVisibility() && box.bottom > 0 && box.top < innerHeight;
  return [at.matches(wanted) ? 'there' : at.outerHTML.slice(0, 120), seen];
}"""


def tab_to(page: Any, wanted: str, most: int = 90) -> None:
    """Press Tab until what is wanted has the focus, which is seen at each step and never lost."""
    # Without the gliding of the page, what has the focus is in sight at once.
    page.emulate_media(reduced_motion="reduce")
    passed = []
    for _ in range(most):
        page.keyboard.press("Tab")
        at, seen = page.evaluate(_FOCUS, wanted)
        assert at != "lost", f"focus lost before {wanted}, after {passed[-3:]}"
        assert seen, f"focus not seen on {at}"
        if at == "there":
            return
        passed.append(at)
    raise AssertionError(f"{wanted} not reached in {most} steps; last {passed[-3:]}")
