"""Which worker runs which test files, and in what order.

Files that need the same heavy things (projects placed, a study, an atlas, small appraisals) go to
one worker, which makes them once; the longest lots begin first, so that workers end together.
"""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatch
from functools import cache
from typing import Any

import pytest
from xdist.scheduler.loadfile import LoadFileScheduling

# Seconds of a lot, roughly; files named nowhere take what their number of tests suggests.
LOTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "small appraisals": (120, (
        "economics/test_appraisals.py", "economics/test_outcomes.py",
        "economics/test_financing_appraisal.py", "economics/test_debt_appraisal.py",
        "economics/test_projects_alone.py", "economics/test_reach_economics.py",
        "economics/test_uncertainty_appraisal.py",
    )),
    "study": (80, ("economics/test_disruption_economics.py", "test_cli_disrupt.py")),
    "atlas": (60, (
        "infrastructure/test_routes.py", "infrastructure/test_routes_closures.py",
        "infrastructure/test_routes_known.py", "infrastructure/test_routes_observed.py",
        "infrastructure/test_routes_spread.py", "infrastructure/test_pricing_components.py",
        "test_cli_route.py",
    )),
    "world": (50, (
        "infrastructure/test_bundled_network.py", "infrastructure/test_bundled_layers.py",
        "infrastructure/test_detours.py", "infrastructure/test_engine_flows.py",
        "infrastructure/test_engine_paths.py", "infrastructure/test_hierarchy.py",
        "infrastructure/test_searejoin.py",
    )),
    "link values": (40, ("economics/test_link_values.py",)),
    "whole runs": (40, ("test_cli.py",)),
    "pages": (60, ("browser/test_app_*.py",)),  # of the workspace, served once
    "draws": (20, ("appraisal/test_uncertainty_execution.py",)),
    "report": (40, (
        "appraisal/test_report_html.py", "appraisal/test_writing.py",
        "appraisal/test_report_excel.py", "browser/test_report_browser.py",
    )),
    "gravity": (30, (
        "trade/test_gravity_results.py", "trade/test_gravity_estimate.py",
        "appraisal/test_gravity_panel.py", "test_cli_gravity.py",
    )),
}  # fmt: skip
_LOT_OF = {f"tests/{file}": lot for lot, (_, files) in LOTS.items() for file in files}
_TESTS_A_SECOND, _TESTS_A_SECOND_OF_THE_WORKSPACE = 20.0, 4.0


@cache
def _lot(file: str) -> str:
    return next((lot for name, lot in _LOT_OF.items() if fnmatch(file, name)), file)


def _lot_of(nodeid: str) -> str:
    return _lot(nodeid.split("::", 1)[0])


def longest_first(items: list[pytest.Item]) -> None:
    """Put tests in order of their lots, the longest lot first; within a lot nothing moves."""
    counts = Counter(_lot_of(item.nodeid) for item in items)

    def seconds(lot: str) -> float:
        if lot in LOTS:
            return LOTS[lot][0]
        pages = lot.startswith("tests/app/")
        return counts[lot] / (_TESTS_A_SECOND_OF_THE_WORKSPACE if pages else _TESTS_A_SECOND)

    items.sort(key=lambda item: (-seconds(_lot_of(item.nodeid)), _lot_of(item.nodeid)))


class ByLot(LoadFileScheduling):  # type: ignore[misc]
    """``--dist loadfile`` with several files to a lot, in the order of :func:`longest_first`."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # that would be by number of tests

    def _split_scope(self, nodeid: str) -> str:
        return _lot_of(nodeid)
