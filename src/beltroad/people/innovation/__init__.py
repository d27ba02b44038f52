"""The innovation chain: joint laboratories, transfer centres and parks from research to use."""

from beltroad.people.innovation.chain import funnel, rates, stage_on, stuck, time_in_stage
from beltroad.people.innovation.records import STAGES, Records, bundled, read

__all__ = [
    "STAGES", "Records", "bundled", "funnel", "rates", "read", "stage_on", "stuck",
    "time_in_stage",
]  # fmt: skip
