"""Intermediate results on disk, keyed by the content of everything they depend on.

A key is the digest of the stage's inputs and of beltroad's own source, so that a changed
parameter, table or line of code can never be answered with an old result. Entries are plain
arrays; one that cannot be read is computed again. Losing the cache loses only time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from numpy.typing import NDArray

__all__ = ["Arrays", "Cache", "digest_of", "source_digest"]

Arrays = dict[str, NDArray[Any]]
_LIMIT_BYTES = 1_500_000_000


@lru_cache(maxsize=1)
def source_digest() -> str:
    """SHA-256 over beltroad's own Python source."""
    root = Path(str(files("beltroad")))
    total = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        total.update(path.relative_to(root).as_posix().encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def digest_of(*parts: object) -> str:
    """SHA-256 of nested plain values and arrays."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            total.update(f"{part.dtype}{part.shape}".encode())
            total.update(np.ascontiguousarray(part).tobytes())
        else:
            total.update(json.dumps(part, sort_keys=True, default=str).encode())
        total.update(b"\0")
    return total.hexdigest()


class Cache:
    """A folder of entries. ``Cache(None)`` keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.hits: list[str] = []
        self.misses: list[str] = []

    @staticmethod
    def default() -> Cache:
        """The user's cache folder, or the one named by ``BELTROAD_CACHE`` (``off``: none)."""
        named = os.environ.get("BELTROAD_CACHE", "")
        if named == "off":
            return Cache(None)
        return Cache(Path(named or platformdirs.user_cache_dir("beltroad")))

    def get_or(self, stage: str, key: str, compute: Callable[[], Mapping[str, Any]]) -> Arrays:
        """The arrays of a stage for a key, computed only if they are not there."""
        full = hashlib.sha256(f"{stage}\0{source_digest()}\0{key}".encode()).hexdigest()
        path = None if self.folder is None else self.folder / f"{stage}-{full[:32]}.npz"
        if path is not None and (found := _read(path)) is not None:
            self.hits.append(stage)
            return found
        self.misses.append(stage)
        arrays = {name: np.asarray(value) for name, value in compute().items()}
        if path is not None:
            # A cache that cannot be written (full disk, read-only home) must not stop the work.
            with contextlib.suppress(OSError):
                _save(path, arrays)
                _prune(path.parent)
        return arrays


def _read(path: Path) -> Arrays | None:
    """The arrays of an entry; None if it is not there or damaged in any way."""
    try:
        with path.open("rb") as handle, np.load(handle, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except FileNotFoundError:
        return None
    except Exception:  # noqa: BLE001 (a damaged file can fail in any way; it is made again)
        return None
    with contextlib.suppress(OSError):
        path.touch()
    return arrays


def _save(path: Path, arrays: Arrays) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        with part.open("wb") as handle:
            np.savez(handle, **arrays)  # type: ignore[arg-type]
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _prune(folder: Path) -> None:
    """Drop the entries unused for longest while the folder is over its limit."""
    entries = sorted((p.stat().st_mtime, p.stat().st_size, p) for p in folder.glob("*.npz"))
    total = sum(size for _, size, _ in entries)
    for _, size, path in entries:
        if total <= _LIMIT_BYTES:
            break
        path.unlink(missing_ok=True)
        total -= size
