"""Red flags over procurement data in the Open Contracting Data Standard. Leads, never verdicts."""

from beltroad.risk.integrity.flags.catalogue import FLAGS, Flag, catalogue
from beltroad.risk.integrity.flags.coverage import count_fields
from beltroad.risk.integrity.flags.run import FlagResult, flag_file, flag_releases
from beltroad.risk.integrity.flags.settings import Settings, read_settings

__all__ = [
    "FLAGS", "Flag", "FlagResult", "Settings", "catalogue", "count_fields", "flag_file",
    "flag_releases", "read_settings",
]  # fmt: skip
