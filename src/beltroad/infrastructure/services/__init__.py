"""Named transport services: what they are, where they run, what is claimed of them.

A service is what the programme documents name: the China-Europe freight trains, the New
Land-Sea Corridor, Silk Road Maritime, the port of Piraeus. Each has its places, its figures
(every one somebody's claim, with its source; claims that disagree stay beside each other) and
its lines.
"""

from beltroad.infrastructure.services.checks import service_checks
from beltroad.infrastructure.services.map import STRAITS, as_geojson
from beltroad.infrastructure.services.record import Service, service, services
from beltroad.infrastructure.services.routes import LINE_MODES, Find, RouteLike, service_routes
from beltroad.infrastructure.services.series import (
    conflicts,
    cumulative,
    growth,
    teu_per_train,
    total_steps,
    yearly,
)

__all__ = [
    "LINE_MODES",
    "STRAITS",
    "Find",
    "RouteLike",
    "Service",
    "as_geojson",
    "conflicts",
    "cumulative",
    "growth",
    "service",
    "service_checks",
    "service_routes",
    "services",
    "teu_per_train",
    "total_steps",
    "yearly",
]
