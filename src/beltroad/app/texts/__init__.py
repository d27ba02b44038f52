"""The interface's words in English and Chinese, one TOML file for each part of the workspace.

A file holds tables such as ``[routes.title]`` with the keys ``en`` and ``zh``. Words may hold
named places in braces, the same ones in both languages. Titles and units that come with an answer
are English; ``answers/zh.toml`` has the Chinese for those that are known.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

__all__ = ["LANGUAGES", "catalogue", "choose", "said", "text"]

LANGUAGES = {"en": "English", "zh": "中文"}


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """All words: key to language to text."""
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(files("beltroad.app.texts").iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            _gather(tomllib.loads(path.read_text("utf-8")), "", found)
    return found


def _gather(node: Mapping[str, Any], prefix: str, found: dict[str, Mapping[str, str]]) -> None:
    for name, value in node.items():
        key = f"{prefix}{name}"
        if set(value) == set(LANGUAGES) and all(isinstance(v, str) for v in value.values()):
            found[key] = value
        else:
            _gather(value, f"{key}.", found)


def text(key: str, language: str, /, **values: object) -> str:
    """The words of a key; a key that is not there is a fault of ours and raises KeyError."""
    words = catalogue()[key][language]
    return words.format(**values) if values else words


@lru_cache(maxsize=4)
def _answers(language: str) -> Mapping[str, str]:
    path = files("beltroad.app.texts") / "answers" / f"{language}.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}


def said(words: str, language: str) -> str:
    """Words that came with an answer, in a language; as they are where nothing is known."""
    return _answers(language).get(words, words)


def choose(asked: str | None, accepted: str = "") -> str:
    """The language: what was asked for, else what the browser prefers, else English."""
    if asked in LANGUAGES:
        return str(asked)
    for part in accepted.lower().split(","):
        if (tag := part.split(";")[0].strip()[:2]) in LANGUAGES:
            return tag
    return "en"
