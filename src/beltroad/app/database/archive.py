"""The file that a backup is: members with their hashes, and a manifest that names them all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from beltroad.errors import InputError, OutputError

__all__ = ["Archive", "Member", "add_file", "add_lines", "add_manifest", "checked", "opened"]

FORMAT = 1
_MANIFEST = "manifest.json"
_NAME = re.compile(r"(tables/[a-z_]{1,60}\.jsonl|results(/[A-Za-z0-9_][A-Za-z0-9._-]{0,150}){1,4})")
_MOST_MANIFEST = 50_000_000
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Member:
    """One file of the archive."""

    sha256: str
    bytes: int
    rows: int = 0


def checked(name: str) -> str:
    """A name that a restore would take.

    Raises
    ------
    InputError
        If it is another.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r:.200}: letters, digits, dot, dash and underline only; rename it")
    return name


def add_lines(zipped: zipfile.ZipFile, name: str, lines: Iterable[bytes]) -> Member:
    """Add a member line by line."""
    digest, size, rows = hashlib.sha256(), 0, 0
    with zipped.open(name, "w", force_zip64=True) as out:
        for line in lines:
            out.write(line)
            digest.update(line)
            size += len(line)
            rows += 1
    return Member(digest.hexdigest(), size, rows)


def add_file(zipped: zipfile.ZipFile, name: str, path: Path) -> Member:
    """Add a file as a member."""
    with path.open("rb") as handle:
        made = add_lines(zipped, name, iter(lambda: handle.read(_CHUNK), b""))
    return Member(made.sha256, made.bytes)


def add_manifest(zipped: zipfile.ZipFile, *, files: Mapping[str, Member], **about: str) -> None:
    """Add what the archive is and holds, last of all."""
    listed = {name: asdict(member) for name, member in files.items()}
    text = json.dumps({"format": FORMAT, **about, "files": listed}, indent=1)
    seal = hashlib.sha256(text.encode()).hexdigest()
    zipped.writestr(_MANIFEST, text)
    zipped.writestr("manifest.sha256", seal)


@dataclass(frozen=True)
class Archive:
    """An archive that is open for reading."""

    path: Path
    zipped: zipfile.ZipFile
    schema: str
    made_at: str
    files: Mapping[str, Member]

    def verify(self) -> None:
        """Read all of it and compare every hash; every row must be one.

        Raises
        ------
        InputError
            If anything is damaged or missing.
        """
        for name, member in self.files.items():
            digest, rows = hashlib.sha256(), 0
            try:
                with self.zipped.open(name) as handle:
                    if name.startswith("tables/"):
                        for line in handle:
                            digest.update(line)
                            if not isinstance(json.loads(line), dict):
                                self._damaged(name)
                            rows += 1
                    else:
                        while chunk := handle.read(_CHUNK):
                            digest.update(chunk)
            except (
                zipfile.BadZipFile, zlib.error, OSError, ValueError, KeyError, EOFError,
                NotImplementedError,
            ) as error:  # fmt: skip
                if isinstance(error, InputError):
                    raise
                self._damaged(name)
            if digest.hexdigest() != member.sha256 or rows != member.rows:
                self._damaged(name)

    def lines(self, name: str) -> Iterator[bytes]:
        """The rows of a table, one a line."""
        with self.zipped.open(name) as handle:
            yield from handle

    def unpack(self, prefix: str, folder: Path) -> int:
        """Write the files below a prefix into a folder; how many."""
        count = 0
        for name in self.files:
            if not name.startswith(prefix):
                continue
            target = folder / name.removeprefix(prefix)
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                part = target.with_name(target.name + ".part")
                with self.zipped.open(name) as handle, part.open("wb") as out:
                    while chunk := handle.read(_CHUNK):
                        out.write(chunk)
                part.replace(target)
            except OSError as error:
                raise OutputError(
                    f"{target}: cannot be written ({error.strerror or error}); "
                    "the records are restored, these results are not"
                ) from None
            count += 1
        return count

    def _damaged(self, name: str) -> None:
        raise InputError(
            f"{self.path}: is damaged at {name}; nothing was written. Use another copy"
        )


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open an archive and read its manifest.

    Raises
    ------
    InputError
        If there is no such file, or it is no backup of a workspace.
    """
    try:
        zipped = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give a backup of a workspace") from None
    except (zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise InputError(f"{path}: is no backup, or is cut short ({error})") from None
    with zipped:
        yield _read(path, zipped)


def _read(path: Path, zipped: zipfile.ZipFile) -> Archive:
    try:
        if zipped.getinfo(_MANIFEST).file_size > _MOST_MANIFEST:
            raise ValueError("its manifest is too large")  # noqa: TRY301
        text = zipped.read(_MANIFEST)
        if zipped.read("manifest.sha256").decode() != hashlib.sha256(text).hexdigest():
            raise ValueError("its manifest has been changed")  # noqa: TRY301
        about: dict[str, Any] = json.loads(text)
        if about["format"] != FORMAT:
            raise ValueError(f"its format is {about['format']!r:.20}")  # noqa: TRY301
        files = {str(name): Member(**member) for name, member in about["files"].items()}
        wrong = [name for name in files if not _NAME.fullmatch(name)]
        if wrong:
            raise ValueError(f"it names the file {wrong[0]!r:.60}")  # noqa: TRY301
        return Archive(path, zipped, str(about["schema"]), str(about["made_at"]), files)
    except (
        zipfile.BadZipFile, zlib.error, OSError, KeyError, TypeError, ValueError, EOFError,
        NotImplementedError,
    ) as error:  # fmt: skip
        raise InputError(f"{path}: is no backup of a workspace, or is damaged: {error}") from None
