"""Integrity of tenders and partners: red flags, screening of names, ownership.

Every result is a lead with its evidence and with what else could explain it, never a verdict.
"""

from beltroad.risk.integrity.flags import FlagResult, flag_file, flag_releases
from beltroad.risk.integrity.ownership import (
    Graph,
    bidder_links,
    control,
    listed_owners,
    ultimate_owners,
)  # fmt: skip
from beltroad.risk.integrity.ownership_files import read_graph
from beltroad.risk.integrity.screening import read_list, read_subjects, screen

__all__ = [
    "FlagResult", "Graph", "bidder_links", "control", "flag_file", "flag_releases",
    "listed_owners", "read_graph", "read_list", "read_subjects", "screen", "ultimate_owners",
]  # fmt: skip
