"""Uploaded files between preview and confirmation, named by their content."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from beltroad.app.errors import Conflict, NotFound
from beltroad.app.settings import Settings
from beltroad.errors import InputError
from beltroad.files import write_atomically

__all__ = ["Upload", "find", "keep", "prune", "take", "tidy_name"]

_HASH = re.compile(r"[0-9a-f]{64}")
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
KEPT_DAYS = 7


@dataclass(frozen=True)
class Upload:
    """What was uploaded for which kind; ``sha256`` names the bytes."""

    kind: str
    filename: str
    sha256: str


def tidy_name(filename: str | None) -> str:
    """The file's own name for people to read; never part of a path of ours."""
    last = PurePosixPath((filename or "").replace("\\", "/")).name
    name = _HIDDEN.sub("", last).strip()
    stem, dot, ending = name.rpartition(".")
    if len(name) > 150:
        name = f"{stem[:140]}{dot}{ending[:9]}" if dot else name[:150]
    return name or "file"


def take(settings: Settings, data: bytes) -> str:
    """Keep the bytes of a file; gives their SHA-256.

    Raises
    ------
    InputError
        If the file is larger than the workspace allows.
    OutputError
        If the disk is full.
    """
    if len(data) > settings.limits.upload_bytes:
        raise InputError(
            f"the file is larger than {settings.limits.upload_bytes / 1e6:g} MB; split it"
        )
    digest = hashlib.sha256(data).hexdigest()
    path = _folder(settings) / digest
    if not path.is_file() or path.stat().st_size != len(data):
        write_atomically(path, data)
    return digest


def keep(settings: Settings, preview: str, upload: Upload) -> None:
    """Note which file a preview is of."""
    data = json.dumps(asdict(upload), ensure_ascii=False).encode()
    write_atomically(_folder(settings) / f"{_checked(preview)}.json", data)


def find(settings: Settings, preview: str) -> tuple[Upload, bytes]:
    """The file of a preview.

    Raises
    ------
    NotFound
        If there is no such preview, or it has been cleared away.
    Conflict
        If the bytes are not those that were looked at.
    """
    folder = _folder(settings)
    gone = f"there is no preview {ascii(preview)[1:13]}; upload the file again"
    try:
        noted = json.loads((folder / f"{_checked(preview)}.json").read_bytes())
        upload = Upload(**noted)
        data = (folder / _checked(upload.sha256)).read_bytes()
    except (OSError, ValueError, TypeError):
        raise NotFound(gone) from None
    if hashlib.sha256(data).hexdigest() != upload.sha256:
        raise Conflict("the uploaded file has changed since the preview; upload it again")
    return upload, data


def prune(settings: Settings, keep_files: Collection[str], days: float = KEPT_DAYS) -> None:
    """Clear away previews older than ``days`` and files that no import rests on."""
    folder, oldest = _folder(settings), time.time() - 86_400 * days
    if not folder.is_dir():
        return
    for path in list(folder.iterdir()):
        try:
            old = path.is_file() and path.stat().st_mtime < oldest
            if old and path.name not in keep_files:
                path.unlink()
        except OSError:
            continue  # another server was quicker


def _folder(settings: Settings) -> Path:
    return settings.home / "uploads"


def _checked(name: str) -> str:
    if not _HASH.fullmatch(name):
        raise NotFound(f"there is no preview {ascii(name)[:40]}; upload the file again")
    return name
