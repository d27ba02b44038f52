"""The bundled network with all projects on it, built once in a session."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from bundled_network import World

from beltroad import evidence
from beltroad.infrastructure.network import Network
from beltroad.infrastructure.parameters import NetworkParameters
from beltroad.infrastructure.pricing.borders import BorderTables
from beltroad.infrastructure.pricing.lines import voyage_km
from beltroad.infrastructure.pricing.pricing import Pricing
from beltroad.infrastructure.projects.programme import place_projects
from beltroad.infrastructure.projects.states import acts_on_freight
from beltroad.infrastructure.shipments.router import Router


@pytest.fixture(scope="session")
def world(placed_once: None) -> World:
    """All projects that act on freight, placed on the bundled network."""
    table = evidence.load("projects")
    numbers = [
        "length_km",
        "speed_before_kmh",
        "speed_after_kmh",
        "hours_saved_terminal",
        "year_open",
    ]
    table[numbers] = table[numbers].apply(pd.to_numeric).astype(float)
    projects = table[acts_on_freight(table)].reset_index(drop=True)
    programme = place_projects(Network.bundled(), projects)
    pricing = Pricing(
        NetworkParameters.of(evidence.load("network_parameters"), {}),
        evidence.load("country_groups").set_index("iso3"),
        BorderTables.of(evidence.load),
    )
    router = Router.of(programme.network)
    voyages = router.voyages(voyage_km(programme.network, pricing), threads=2)
    assert np.isfinite(voyages).any()
    return World(projects, programme, pricing, router, voyages)
