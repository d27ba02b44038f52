"""A workspace that would be open to others does not start."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from beltroad.app.settings import Settings
from beltroad.errors import InputError, OutputError

__all__ = ["LOOPBACK", "SHORTEST", "check_settings", "secret_of"]

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
SHORTEST = 32
_FRESH = 'make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
_DEFAULTS = (
    "secret", "changeme", "change-me", "change_me", "default", "password", "beltroad", "example",
    "replace", "insert", "your-", "test",
)  # fmt: skip


def check_settings(settings: Settings) -> None:
    """Refuse settings under which strangers could get in.

    Raises
    ------
    InputError
        In team mode: a secret that is missing, well known or short; plain HTTP that nobody asked
        for; no host name. In local mode: a name that others can reach.
    """
    if settings.mode == "local":
        if outside := [h for h in settings.hosts if h.lower() not in LOOPBACK]:
            raise InputError(
                f"hosts: {outside[0]!r} can be reached by others, and local mode has no login; "
                f"use one of {', '.join(sorted(LOOPBACK))}, or team mode"
            )
        return
    _check_secret(settings.secret)
    if not settings.hosts:
        raise InputError("hosts: empty; name the host under which the workspace is reached")
    if any("*" in host for host in settings.hosts):
        raise InputError("hosts: '*' would accept any name; write the names out")
    if not (settings.secure_cookies or settings.insecure_http):
        raise InputError(
            "team mode over plain HTTP: passwords and cookies could be read on the way; put it "
            "behind a proxy with TLS and say --https, or say --insecure-http on a network you trust"
        )


def _check_secret(secret: str) -> None:
    # The secret itself is never part of a message.
    if not secret:
        raise InputError(f"BELTROAD_SECRET: not set, and team mode needs one; {_FRESH}")
    if len(secret) < SHORTEST:
        raise InputError(
            f"BELTROAD_SECRET: {len(secret)} characters; it needs {SHORTEST} or more; {_FRESH}"
        )
    plain = secret.lower()
    if len(set(secret)) < 10 or any(plain.startswith(word) for word in _DEFAULTS):
        raise InputError(f"BELTROAD_SECRET: can be guessed; {_FRESH}")


def secret_of(settings: Settings) -> str:
    """The secret: the given one, or in local mode one made once and kept in ``home/secret``.

    Raises
    ------
    InputError, OutputError
        If the kept file holds no secret, or the folder cannot be written.
    """
    if settings.secret or settings.mode == "team":
        _check_secret(settings.secret)
        return settings.secret
    path = settings.home / "secret"
    try:
        if not path.exists():
            _make(path)
        path.chmod(0o600)
        secret = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise OutputError(
            f"{path}: cannot be made or read ({reason}); give another folder with --home"
        ) from None
    if len(secret) < SHORTEST:
        raise InputError(f"{path}: holds no secret; remove the file, a new one is made")
    return secret


def _make(path: Path) -> None:
    # Written whole under another name, then linked: of two starts at once the first wins, and
    # neither ever reads half a file.
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".secret-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            return
        except OSError:  # no links on this file system
            if not path.exists():
                Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
