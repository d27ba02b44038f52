"""Text as it is compared: without case and accents; slugs and codes made from it."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["code", "fold", "slug", "words"]

# Letters that Unicode does not take apart into a base and an accent.
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i"})


def fold(text: str) -> str:
    """Lower case without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_LETTERS)


def words(text: str) -> list[str]:
    """Words and numbers of a text in order, folded; 78,000 is one number, 2.7 is one."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", fold(text))
    return re.findall(r"\d+\.\d+|[^\W_]+", plain.replace("'", "").replace("’", ""))


def slug(text: str, longest: int = 48) -> str:
    """Lower-case ASCII words joined by hyphens."""
    parts = re.findall(r"[a-z0-9]+", fold(text))
    return "-".join(parts)[:longest].strip("-")


def code(text: str, longest: int = 60) -> str:
    """Upper-case ASCII identifier as SDMX wants it: letters, digits and underscores."""
    parts = re.findall(r"[A-Z0-9]+", fold(text).upper())
    return "_".join(parts)[:longest].strip("_") or "_X"
