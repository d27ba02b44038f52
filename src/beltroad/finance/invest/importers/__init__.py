"""Readers of a user's own tables; each lists all faults of a file at once."""

from beltroad.finance.invest.importers import gcdf, imf_positions, mofcom, zones
from beltroad.finance.invest.importers.imported import Imported

__all__ = ["Imported", "gcdf", "imf_positions", "mofcom", "zones"]
