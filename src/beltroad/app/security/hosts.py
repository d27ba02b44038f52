"""By which name and from which address a visitor comes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from beltroad.app.security.checks import LOOPBACK
from beltroad.app.settings import Settings

__all__ = ["address_of", "host_allowed", "origin_allowed"]

_HOST = re.compile(r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?$")


def host_allowed(settings: Settings, headers: Headers) -> bool:
    """Whether the Host header is one name of ours.

    In local mode only names of this machine count: a foreign name that was pointed at 127.0.0.1
    (DNS rebinding) must not reach a workspace without login.
    """
    given = headers.getlist("host")
    found = _HOST.match(given[0]) if len(given) == 1 else None
    if not found:
        return False
    names = LOOPBACK if settings.mode == "local" else {h.lower() for h in settings.hosts}
    return found[1].lower() in names


def origin_allowed(settings: Settings, headers: Headers) -> bool:
    """Whether a request that changes something comes from a page of ours, or from no page.

    Browsers name the sending page in ``Origin`` and say in ``Sec-Fetch-Site`` how near it is.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return False
    wanted = ("https",) if settings.secure_cookies else ("http", "https")
    if parts.scheme not in wanted or not parts.hostname:
        return False
    usual = {"http": 80, "https": 443}[parts.scheme]
    here = _HOST.match(headers.get("host", ""))
    if not here:
        return False
    return (parts.hostname, port or usual) == (
        here[1].strip("[]").lower(),
        int(here[2]) if here[2] else usual,
    )


def address_of(settings: Settings, scope: Mapping[str, object], headers: Headers) -> str:
    """The visitor's address: of the connection, or what a trusted proxy says of it.

    Entries of ``X-Forwarded-For`` are read from the right, where our own proxies wrote; the first
    that is not one of them is the visitor. What stands further left anyone can have made up.
    """
    client = scope.get("client")
    address = str(client[0]) if isinstance(client, list | tuple) and client else ""
    if address not in settings.trusted_proxies:
        return address[:64]
    hops = [h.strip() for line in headers.getlist("x-forwarded-for") for h in line.split(",")]
    for hop in reversed([h for h in hops if h]):
        address = hop
        if hop not in settings.trusted_proxies:
            break
    return address[:64]
