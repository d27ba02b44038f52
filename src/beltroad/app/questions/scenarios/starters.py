"""Scenarios to begin with, shipped with beltroad."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from beltroad.app.errors import NotFound
from beltroad.errors import suggest

__all__ = ["Starter", "starter", "starters"]

# In the order of the list: nothing, one project, all of them, policies, money.
_ORDER = (
    "unchanged", "china-laos", "corridors", "central-asia", "border-reforms", "agreements",
    "lent-from-abroad",
)  # fmt: skip


@dataclass(frozen=True)
class Starter:
    """One scenario to begin with."""

    key: str
    name: str
    description: str
    text: str
    mapping: dict[str, Any]


@lru_cache(maxsize=1)
def starters() -> tuple[Starter, ...]:
    """All of them."""
    folder = files("beltroad.app.questions.scenarios") / "starters"
    out = []
    for key in _ORDER:
        text = (folder / f"{key}.toml").read_text("utf-8")
        data = tomllib.loads(text)
        out.append(Starter(key, data["name"], data["description"], text, data))
    return tuple(out)


def starter(key: str) -> Starter:
    """One by its key.

    Raises
    ------
    NotFound
        If there is none.
    """
    known = {s.key: s for s in starters()}
    if key not in known:
        hint = suggest(key[:60], known)
        raise NotFound(f"no starting point {key[:60]!r}. {hint}".strip())
    return known[key]
