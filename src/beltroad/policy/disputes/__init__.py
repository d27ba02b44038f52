"""Settling disputes: routes, and whether their results are enforceable where.

``enforceable("award", "SGP", "CHN")`` answers for one result, ``routes("CHN", "KAZ")`` for a pair.
"""

from beltroad.policy.disputes.documents import authentication, service
from beltroad.policy.disputes.enforcement import enforceable
from beltroad.policy.disputes.forums import forums
from beltroad.policy.disputes.model import (
    CONTRACTS,
    RESULTS,
    STATES,
    Access,
    Answer,
    Basis,
    Document,
    Facts,
    Route,
    Routes,
    SalesLaw,
)
from beltroad.policy.disputes.routes import THIRD_SEATS, routes

__all__ = [
    "CONTRACTS",
    "RESULTS",
    "STATES",
    "THIRD_SEATS",
    "Access",
    "Answer",
    "Basis",
    "Document",
    "Facts",
    "Route",
    "Routes",
    "SalesLaw",
    "authentication",
    "enforceable",
    "forums",
    "routes",
    "service",
]
