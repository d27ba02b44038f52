"""Raw bytes on disk, each with its provenance beside it.

An answer is ``PROVIDER/KEY-SHA.raw``, named by the digest of its content, and ``PROVIDER/KEY.json``
says which file counts, from where, when, under which licence and with which checksum. The bytes are
written under a temporary name, the JSON file is replaced last: a stop in between leaves what was
there before.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import platformdirs

from beltroad.evidence.connectors.request import FetchError, Raw, Request, stamp

__all__ = ["Part", "RawCache"]

_LEFT_OVER_S = 86400.0
_BLOCK = 1 << 20


@dataclass
class Part:
    """A download under way: bytes go to ``handle``, a file under a temporary name."""

    path: Path
    handle: IO[bytes]


class RawCache:
    """A folder of raw answers. ``RawCache(None)`` keeps them until the process ends."""

    def __init__(self, folder: Path | None) -> None:
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="beltroad-raw-")
        self.folder = Path(self._temporary.name) if self._temporary else Path(str(folder))

    @staticmethod
    def default() -> RawCache:
        """``raw`` in the user's cache folder or in ``BELTROAD_CACHE`` (``off``: kept nowhere)."""
        named = os.environ.get("BELTROAD_CACHE", "")
        if named == "off":
            return RawCache(None)
        return RawCache(Path(named or platformdirs.user_cache_dir("beltroad")) / "raw")

    def find(self, request: Request) -> Raw | None:
        """Look up the stored answer to a request; None if there is none.

        Raises
        ------
        FetchError
            If it is there and damaged: missing bytes, another checksum, unreadable provenance.
        """
        sidecar = self._sidecar(request)
        try:
            text = sidecar.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise FetchError(f"{sidecar}: cannot be read ({error})") from None
        try:
            about: dict[str, Any] = json.loads(text)
            sha256, length = str(about["sha256"]), int(about["length"])
            retrieved = datetime.fromisoformat(str(about["retrieved"])).astimezone(UTC)
            status = int(about["status"])
        except (ValueError, KeyError, TypeError):
            raise FetchError(f"{sidecar}: the provenance is damaged") from None
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise FetchError(f"{sidecar}: the provenance is damaged")
        path = self._data(request, sha256)
        if not path.is_file() or path.stat().st_size != length or _sha256(path) != sha256:
            raise FetchError(f"{path}: missing or damaged (checksum)")
        return Raw(request, path, sha256, length, status, retrieved, from_cache=True)

    @contextmanager
    def part(self, request: Request) -> Iterator[Part]:
        """Open a temporary file for a download; removed on leaving unless it was committed."""
        folder = self._sidecar(request).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _clear_left_over(folder)
            handle, name = tempfile.mkstemp(prefix=f"{request.digest[:24]}-", suffix=".part",
                                            dir=folder)  # fmt: skip
        except OSError as error:
            raise FetchError(
                f"{folder}: the cache cannot be written ({error.strerror}); "
                "name another folder with BELTROAD_CACHE"
            ) from None
        try:
            with os.fdopen(handle, "wb") as stream:
                yield Part(Path(name), stream)
        finally:
            Path(name).unlink(missing_ok=True)

    def commit(
        self, request: Request, part: Part, *, status: int, headers: dict[str, str], now: datetime,
    ) -> Raw:  # fmt: skip
        """Make a finished download the answer to ``request``."""
        part.handle.flush()
        os.fsync(part.handle.fileno())
        part.handle.close()
        sha256, length = _sha256(part.path), part.path.stat().st_size
        path = self._data(request, sha256)
        part.path.replace(path)
        about = {
            "provider": request.provider,
            "url": request.address,
            "accept": request.accept,
            "retrieved": stamp(now),
            "status": status,
            "length": length,
            "sha256": sha256,
            "licence": request.licence,
            "content_type": headers.get("content-type", ""),
            "last_modified": headers.get("last-modified", ""),
        }
        sidecar = self._sidecar(request)
        _write(sidecar, json.dumps(about, ensure_ascii=False, indent=1) + "\n")
        for old in sidecar.parent.glob(f"{sidecar.stem}-*.raw"):
            if old != path:
                with contextlib.suppress(OSError):
                    old.unlink()
        return Raw(request, path, sha256, length, status, now.replace(microsecond=0))

    def entries(self, provider: str) -> list[dict[str, Any]]:
        """Provenance of what is stored of a provider, newest first; damaged entries left out."""
        found: list[dict[str, Any]] = []
        for sidecar in sorted((self.folder / provider).glob("*.json")):
            with contextlib.suppress(OSError, ValueError):
                about = json.loads(sidecar.read_text(encoding="utf-8"))
                if isinstance(about, dict) and isinstance(about.get("retrieved"), str):
                    found.append(about)
        return sorted(found, key=lambda about: about["retrieved"], reverse=True)

    def _sidecar(self, request: Request) -> Path:
        if not re.fullmatch(r"[a-z0-9-]+", request.provider):
            raise FetchError(f"{request.provider!r} is no id of a provider")
        return self.folder / request.provider / f"{request.digest[:24]}.json"

    def _data(self, request: Request, sha256: str) -> Path:
        sidecar = self._sidecar(request)
        return sidecar.with_name(f"{sidecar.stem}-{sha256[:16]}.raw")


def _sha256(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            total.update(block)
    return total.hexdigest()


def _write(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=path.stem, suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _clear_left_over(folder: Path) -> None:
    """Remove what a killed process left; what is younger may belong to one that still runs."""
    for path in folder.glob("*.part"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _LEFT_OVER_S:
                path.unlink()
