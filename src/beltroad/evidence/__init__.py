"""Evidence: what is known, and who says so. Owns every bundled table and its provenance."""

from beltroad.evidence import economies
from beltroad.evidence.tables import Source, TableInfo, digest, info, load, names, read_bytes

__all__ = [
    "Source",
    "TableInfo",
    "digest",
    "economies",
    "info",
    "load",
    "names",
    "read_bytes",
]
