"""The priced network of a state, link by link."""

from __future__ import annotations

import pandas as pd

from beltroad import evidence
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.routes import Atlas
from beltroad.appraisal.scenario import Scenario
from beltroad.infrastructure.pricing.linktable import flight_table, link_table
from beltroad.infrastructure.pricing.weights import LinkPricer
from beltroad.infrastructure.projects.states import State

__all__ = ["links_of"]


def links_of(
    state: State, scenario: Scenario | None = None, *, progress: Progress | None = None
) -> pd.DataFrame:
    """Every link of the network in a state, flights last; see :func:`link_table` for columns.

    Reliability takes the coefficients of variation of ``variability`` for all groups together.
    """
    atlas = Atlas.of(scenario, progress=progress)
    network = atlas.programme.network
    weights, hours = LinkPricer(network, atlas.pricing).everything(atlas.effects(state))
    table = evidence.load("variability")
    general = table[table["country_group"] == ""]
    cv = dict(zip(general["component"].astype(str), general["cv"].astype(float), strict=True))
    lines = link_table(network, weights, hours, cv)
    return pd.concat([lines, flight_table(network, atlas.pricing.parameters, cv)])
