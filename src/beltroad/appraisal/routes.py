"""Routes in a state of the network: projects, reforms and parameters of a scenario applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.appraisal.inputs import Inputs, gather
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario import Scenario
from beltroad.infrastructure.network import Network
from beltroad.infrastructure.pricing.pricing import Pricing
from beltroad.infrastructure.projects.effects import StateEffects, effects_of
from beltroad.infrastructure.projects.programme import Programme, place_projects
from beltroad.infrastructure.projects.states import State, present
from beltroad.infrastructure.routes.places import Place
from beltroad.infrastructure.routes.planner import Planner
from beltroad.infrastructure.routes.spread import Variability

__all__ = ["Atlas", "variability"]

# Goods lose about this share of their value a day in transit (Hummels and Schaur 2013 find 0.6 to
# 2.1 %; the trade-weighted mean of the bundled table is near it).
VALUE_SHARE_PER_DAY = 0.01


def variability() -> Variability:
    """How much each part of a trip varies (table ``variability``)."""
    return Variability.of(evidence.load("variability"))


@dataclass(frozen=True)
class Atlas:
    """The network with all projects on it, from which any state can be planned.

    Placing the projects is the slow part and is done once.
    """

    inputs: Inputs
    pricing: Pricing
    programme: Programme
    with_halted: bool

    @staticmethod
    def of(scenario: Scenario | None = None, *, progress: Progress | None = None) -> Atlas:
        """With a scenario's own projects, reforms, schedules and parameters, or the defaults."""
        progress = progress or Progress()
        chosen = scenario or Scenario()
        inputs = gather(chosen)
        with progress.step("placing projects on the network") as report:
            programme = place_projects(Network.bundled(), inputs.acting, progress=report)
        return Atlas(inputs, inputs.reformed, programme, chosen.projects.with_halted)

    def effects(self, state: State) -> StateEffects:
        """What the projects of a state do to the links and ports of the network."""
        acting, programme = self.inputs.acting, self.programme
        there = present(acting, state, with_halted=self.with_halted)
        there = pd.Series(there.to_numpy(), index=acting["id"].to_numpy())
        return effects_of(
            programme.network, programme.projects, programme.alignments, there,
            self.pricing.parameters, self.pricing.groups,
        )  # fmt: skip

    def planner(
        self, places: Sequence[Place], *, state: State = "today", usd_per_day: float | None = None
    ) -> Planner:
        """A planner for routes between places.

        Parameters
        ----------
        state
            A year, ``"today"`` or ``"complete"``.
        usd_per_day
            Value of a day per TEU, which weighs time against money.
        """
        programme, pricing = self.programme, self.pricing
        if usd_per_day is None:
            value = pricing.parameters.one("cargo_value_usd_per_teu")
            usd_per_day = VALUE_SHARE_PER_DAY * value
        return Planner.of(
            programme.network, pricing, self.effects(state), places,
            usd_per_hour=usd_per_day / 24, lines=_lines(programme),
        )  # fmt: skip


def _lines(programme: Programme) -> Mapping[str, NDArray[np.integer]]:
    """Links of each project's line, old and new."""
    none = np.empty(0, np.intp)
    return {
        key: np.concatenate([a.existing, programme.network.added_by.get(key, none)])
        for key, a in programme.alignments.items()
    }
