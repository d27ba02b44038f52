"""Logs without secrets: what is known to be secret, or looks like it, is struck out."""

from __future__ import annotations

import contextlib
import logging
import re
from typing import Any
from urllib.parse import quote

__all__ = ["install", "strike"]

_SHOWN = "[struck out]"
_PATTERNS = (
    # a password in an address of a database
    (re.compile(r"(\w+://[^\s:/@]*:)[^\s@/]+(@)"), rf"\1{_SHOWN}\2"),
    # a field of a query, a form or a header
    (
        re.compile(r"(?i)\b((?:\w*password\w*|\w*secret\w*|\w*token|csrf|api_?key)[\"']?\s*[=:]\s*[\"']?)[^\s&\"',;)}]+"),
        rf"\1{_SHOWN}",
    ),
    (re.compile(r"(?i)\b(bearer\s+)[\w.~+/=-]+"), rf"\1{_SHOWN}"),
    (re.compile(r"\bbrt_[\w-]{8,}"), f"brt_{_SHOWN}"),
    (re.compile(r"(?i)((?:__Host-)?beltroad=)[\w.-]{20,}"), rf"\1{_SHOWN}"),
)  # fmt: skip
_known: set[str] = set()
_installed = False


def strike(text: str) -> str:
    """The text without secrets."""
    for secret in _known:
        if secret in text:
            text = text.replace(secret, _SHOWN)
    for pattern, shown in _PATTERNS:
        text = pattern.sub(shown, text)
    return text


def install(*secrets: str | None) -> None:
    """Strike these secrets, and all that looks like one, out of every log record of the process.

    It is done where records are made: handlers and formatters that are added later, by a server
    or by whoever runs it, get the clean text too.
    """
    global _installed  # noqa: PLW0603
    # Short ones would turn ordinary words into gaps; the pattern of addresses covers them.
    for secret in filter(None, secrets):
        if len(secret) >= 8:
            _known.update({secret, quote(secret, safe="")})
    if _installed:
        return
    _installed = True
    make = logging.getLogRecordFactory()

    def clean(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        if record.name == "uvicorn.access":  # its formatter wants the parts
            if isinstance(record.args, tuple):
                record.args = tuple(_plain(each) for each in record.args)
        else:
            with contextlib.suppress(TypeError, ValueError, KeyError):  # a wrong format string
                record.msg, record.args = strike(record.getMessage()), None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = strike(_FORMAT.formatException(record.exc_info))
        return record

    logging.setLogRecordFactory(clean)


_FORMAT = logging.Formatter()


def _plain(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value
    return strike(str(value))
