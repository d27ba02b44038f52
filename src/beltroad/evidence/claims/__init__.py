"""Claims: every figure with who states it, where and when; their audit, search and export."""

from beltroad.evidence.claims.audit import KINDS, VERDICTS, audit
from beltroad.evidence.claims.export import FORMATS, export, sources
from beltroad.evidence.claims.frames import COLUMNS, Tables
from beltroad.evidence.claims.search import search
from beltroad.evidence.claims.select import claim, claims

__all__ = [
    "COLUMNS", "FORMATS", "KINDS", "VERDICTS", "Tables", "audit", "claim", "claims", "export",
    "search", "sources",
]  # fmt: skip
