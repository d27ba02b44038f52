"""What a check has found out about a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Finding", "Level"]

Level = Literal["info", "warning", "fault"]


@dataclass(frozen=True)
class Finding:
    """One sentence about one project (or reform, or schedule), for a reader.

    ``info`` says what is so, ``warning`` what is probably not meant, ``fault`` what cannot be.
    ``kind`` is a short name of the finding for programs.
    """

    project: str
    level: Level
    kind: str
    text: str
