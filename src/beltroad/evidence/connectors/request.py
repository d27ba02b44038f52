"""What is asked of a provider, what comes back, and what can go wrong on the way."""

from __future__ import annotations

import hashlib
import importlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from beltroad.errors import DataError, InputError

__all__ = ["FetchError", "Kind", "NoDataError", "Raw", "Request", "Retry", "extra", "printable"]

Kind = Literal["json", "csv", "xml", "sdmx", "zip"]
_MEGABYTE = 1_000_000


class FetchError(DataError):
    """Data could not be had, or are not what they must be; what was cached before is untouched."""


class NoDataError(FetchError):
    """The provider answered, and has nothing for what was asked."""


class Retry(FetchError):  # noqa: N818 (a reason to try again, seen only where it is caught)
    """A passing fault: trying again may help.

    Attributes
    ----------
    after_s
        Seconds the provider asks to wait; 0 where it does not say.
    """

    def __init__(self, message: str, after_s: float = 0.0) -> None:
        super().__init__(message)
        self.after_s = after_s


@dataclass(frozen=True)
class Request:
    """One GET request. Holds no secret: a key is named by its environment variable.

    Attributes
    ----------
    provider
        Id of the provider, also its folder in the cache.
    params
        Query parameters in the order sent.
    accept
        Accept header, where the format depends on it.
    kind
        What the answer must be: a document that can be read to its end.
    licence
        Id in the licence registry, stored beside the bytes.
    max_bytes
        Longer answers are refused.
    key_header, key_env
        Header and environment variable of an optional key.
    """

    provider: str
    url: str
    kind: Kind
    licence: str
    params: tuple[tuple[str, str], ...] = ()
    accept: str = ""
    max_bytes: int = 200 * _MEGABYTE
    key_header: str = ""
    key_env: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        local = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise InputError(f"{self.url!r:.80}: data are fetched over https only")

    @property
    def address(self) -> str:
        """Full address, with the query."""
        if not self.params:
            return self.url
        return f"{self.url}?{urlencode(self.params, safe=';:,')}"

    @property
    def digest(self) -> str:
        """SHA-256 of everything the answer depends on; the key of its place in the cache."""
        return hashlib.sha256(f"GET\0{self.address}\0{self.accept}".encode()).hexdigest()


@dataclass(frozen=True)
class Raw:
    """Bytes of an answer in the cache, and where they come from.

    Attributes
    ----------
    retrieved
        When, in UTC, to the second.
    from_cache
        Whether they were there before.
    """

    request: Request
    path: Path
    sha256: str
    length: int
    status: int
    retrieved: datetime
    from_cache: bool = False

    def read(self) -> bytes:
        """All bytes; for large archives open ``path`` instead."""
        return self.path.read_bytes()

    @property
    def age_days(self) -> float:
        """Days since they were retrieved."""
        return (datetime.now(UTC) - self.retrieved).total_seconds() / 86400

    def about(self) -> dict[str, Any]:
        """Provenance as plain values, for a file beside exported data."""
        return {
            "provider": self.request.provider,
            "url": self.request.address,
            "retrieved": stamp(self.retrieved),
            "sha256": self.sha256,
            "bytes": self.length,
            "licence": self.request.licence,
        }


def stamp(moment: datetime) -> str:
    """Give a moment as ``2026-11-22T18:04:05Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def printable(text: str, limit: int = 200) -> str:
    """One line of a provider's text that is safe to show: no control characters, not too long."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    plain = " ".join(plain.split())
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"


def extra(module: str, what: str) -> ModuleType:
    """Import a package of the extra ``fetch``.

    Raises
    ------
    InputError
        If it is not installed, naming the extra.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise InputError(
            f"{what} needs the package {module.split('.')[0]}, which is not installed: "
            "pip install 'beltroad[fetch]'"
        ) from None
