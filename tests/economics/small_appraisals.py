"""Scenarios of a few projects on the bundled data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from beltroad.appraisal import run
from beltroad.appraisal.cache import Cache, digest_of
from beltroad.appraisal.economy import Economy
from beltroad.appraisal.inputs import Inputs, gather
from beltroad.appraisal.levels import Comparison
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.reach import Access, Levers, access
from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.scenario_file import parse_scenario
from beltroad.appraisal.transport import Transport
from beltroad.infrastructure.shipments.modes import ModeChoice

# A railway, a port and an upgrade: in Laos, in Georgia, in Pakistan.
THREE = ["KUN-VTE", "ANK-PRT", "PAK-ML1"]
STATES = {"before": 2013, "after": "complete", "economy": 2022}


def scenario(**more: Any) -> dict[str, Any]:
    """A scenario of trade alone, without sensitivity cases; keys given replace those here."""
    return {
        "name": "A few projects", "sensitivity": False, "states": STATES,
        "projects": {"include": THREE},
        **{part: {"assess": False} for part in ("debt", "people", "risk", "green")},
    } | more  # fmt: skip


_reached: dict[str, Access] = {}


def access_once(
    inputs: Inputs, city_ids: Any, hours: dict[str, Any], levers: Levers, **more: Any
) -> Access:
    """:func:`access`, remembered: most scenarios here have the same hours."""
    key = digest_of(*hours, *hours.values(), repr(levers), repr(more))
    if key not in _reached:
        _reached[key] = access(inputs, city_ids, hours, levers, **more)
    return _reached[key]


class Appraiser:
    """Runs scenarios over one cache folder and remembers the results."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, Appraisal] = {}

    def __call__(self, *, links: bool = False, **more: Any) -> Appraisal:
        """The appraisal of :func:`scenario` with these keys; ``links``: with the table of them."""
        key = json.dumps([links, more], sort_keys=True)
        if key not in self._known:
            self._known[key] = self.again(links=links, **more)
        return self._known[key]

    def again(
        self, *, cache: Cache | None = None, links: bool = False, **more: Any
    ) -> Appraisal:  # fmt: skip
        """The same, run anew. Values of links take a third of the time: only where asked for."""
        with pytest.MonkeyPatch.context() as patch:
            if not links:
                patch.setattr(run, "worth_table", lambda *_: None)
            patch.setattr(run, "access", access_once)
            return run.appraise(scenario(**more), cache=cache or Cache(self.folder))

    def economy(self, *, swap: bool = False, **more: Any) -> Economy:
        """The economic stage of a scenario, ready to evaluate cases; or with its states swapped."""
        parsed = parse_scenario(scenario(**more))
        inputs = gather(parsed)
        transport = Transport(parsed, inputs, Cache(self.folder), Progress())
        roles = ("after", "before", "economy") if swap else ("before", "after", "economy")
        p = inputs.pricing.parameters
        return Economy(
            inputs.city_country(transport.city_ids),
            inputs.city_population(transport.city_ids),
            ModeChoice(p.one("mode_sensitivity"), p.one("mode_land_handicap_per_day")),
            p.one("cargo_value_usd_per_teu"),
            Comparison(*(transport.state(r) for r in roles)),
            lambda usd: Comparison(*(transport.state(r, usd) for r in roles)),
        )
