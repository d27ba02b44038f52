"""Connectors: data of others fetched by the user, from raw bytes in a cache to tidy rows.

Each provider is one small module with a ``Query``, ``fetch(query, access)`` and a pure
``parse(bytes, raw)``. ``Access`` holds the cache, the transport and the switch ``offline``. Rows
have the columns :data:`COLUMNS`; ``frame.attrs`` lists what was left out and where bytes are from.
"""

from beltroad.evidence.connectors.access import Access
from beltroad.evidence.connectors.frames import COLUMNS
from beltroad.evidence.connectors.providers import PROVIDERS, Provider
from beltroad.evidence.connectors.raw_cache import RawCache
from beltroad.evidence.connectors.request import FetchError, NoDataError, Raw, Request

__all__ = [
    "COLUMNS", "PROVIDERS", "Access", "FetchError", "NoDataError", "Provider", "Raw", "RawCache",
    "Request",
]  # fmt: skip
