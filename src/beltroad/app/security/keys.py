"""What the secret is used for: the signed cookie and the tokens of its forms."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import itsdangerous

__all__ = ["Keys"]


class Keys:
    """Signs cookies and makes form tokens; each use has a key of its own."""

    def __init__(self, secret: str) -> None:
        self._signer = itsdangerous.Signer(
            secret, salt="beltroad.cookie", key_derivation="hmac", digest_method=hashlib.sha256
        )
        self._csrf = hmac.digest(secret.encode(), b"beltroad.csrf", "sha256")

    @staticmethod
    def fresh() -> str:
        """A new id of a browser's session, 256 random bits."""
        return secrets.token_urlsafe(32)

    def seal(self, raw: str) -> str:
        """The cookie's value."""
        return self._signer.sign(raw).decode()

    def unseal(self, cookie: str) -> str | None:
        """The id in a cookie that we signed; None for any other."""
        try:
            return self._signer.unsign(cookie).decode()
        except (itsdangerous.BadSignature, UnicodeError):
            return None

    def csrf(self, raw: str) -> str:
        """The form token of a session: only its own pages know it."""
        return hmac.digest(self._csrf, raw.encode(), "sha256").hex()

    def csrf_fits(self, raw: str, token: str) -> bool:
        """Whether a form token belongs to a session."""
        return hmac.compare_digest(self.csrf(raw).encode(), token.encode("utf-8", "replace"))
