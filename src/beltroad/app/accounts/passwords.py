"""Passwords: what is accepted, and the one-way form that is kept."""

from __future__ import annotations

import threading
import unicodedata

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

from beltroad.errors import InputError

__all__ = ["LONGEST", "SHORTEST", "Passwords", "check_password"]

SHORTEST = 12
LONGEST = 1_000
_AT_ONCE = 4  # each hash takes 64 MB for a moment
# Long enough, and tried first by everyone who guesses.
_COMMON = frozenset(
    (
        "123456789012", "1234567890123", "12345678901234", "123456789012345", "1234567890123456",
        "012345678901", "987654321098", "111111111111", "000000000000", "123123123123",
        "112233445566", "123412341234", "1q2w3e4r5t6y", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv",
        "qwertyuiop12", "qwertyuiop123", "qwertyuiop1234", "qwertyuiopas", "qwertyuiopasdf",
        "qwerty123456", "qwerty1234567", "asdfghjkl123", "abcdefghijkl", "abcdefghijklm",
        "abcd12345678", "abc123456789", "a1b2c3d4e5f6", "aaaaaaaaaaaa", "password1234",
        "password12345", "password123456", "passwordpassword", "mypassword123", "mypassword1234",
        "passw0rd1234", "p@ssw0rd1234", "p@ssword1234", "password2024", "password2025",
        "password2026", "letmein12345", "letmeinplease", "iloveyou1234", "iloveyouforever",
        "welcome12345", "welcome123456", "changeme1234", "changemeplease", "administrator",
        "administrator1", "admin1234567", "admin12345678", "adminadminadmin", "adminpassword",
        "rootpassword", "superuser123", "football1234", "baseball1234", "princess1234",
        "sunshine1234", "dragon123456", "monkey123456", "woaini123456", "woaini1314520",
        "5201314520131", "beltandroad1", "beltandroad123", "silkroad1234",
        "correcthorsebatterystaple",
    )
)  # fmt: skip


def check_password(password: str, name: str = "") -> None:
    """Refuse a password that is short, well known, or little more than the name.

    Raises
    ------
    InputError
        With the reason; the password is never part of it.
    """
    plain = _normal(password)
    if len(plain) < SHORTEST:
        raise InputError(f"password: {len(plain)} characters; it needs {SHORTEST} or more")
    if len(plain) > LONGEST:
        raise InputError(f"password: {len(plain)} characters; {LONGEST} at most")
    bare = plain.casefold().strip()
    if bare in _COMMON or len(set(bare)) < 5:
        raise InputError("password: one of the first that are guessed; take several odd words")
    if name and len(bare.replace(name.casefold(), "")) < SHORTEST // 2:
        raise InputError("password: little more than the name; take several odd words")


class Passwords:
    """Hashes and checks passwords with Argon2id, in the library's recommended strength."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._hash = PasswordHash((hasher or Argon2Hasher(),))
        self._gate = threading.BoundedSemaphore(_AT_ONCE)
        self._nobody = ""

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        with self._gate:
            return self._hash.hash(_normal(password))

    def verify(self, password: str, kept: str | None) -> tuple[bool, str | None]:
        """Whether the password fits, and a stronger form of it to keep where one is due.

        ``kept`` is None for a user who is not there; that takes as long as a wrong password.
        """
        plain = _normal(password[: LONGEST + 1])
        with self._gate:
            if not self._nobody:  # made at the first use, whoever signs in
                self._nobody = self._hash.hash("the password of nobody")
            try:
                fits, newer = self._hash.verify_and_update(plain, kept or self._nobody)
            except PwdlibError:
                return False, None
        if kept is None or len(password) > LONGEST:
            return False, None
        return fits, newer


def _normal(password: str) -> str:
    # The same signs, however the keyboard composed them. Lone surrogates cannot be hashed.
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())
