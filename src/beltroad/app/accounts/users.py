"""Accounts: who may sign in and as what. Every change is in the audit log."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from sqlalchemy.orm import Session

from beltroad.app.accounts import audit, sessions
from beltroad.app.accounts.passwords import Passwords, check_password
from beltroad.app.accounts.roles import Principal, Role
from beltroad.app.database import Database
from beltroad.app.database.models import TokenRow, UserRow
from beltroad.app.errors import Conflict, NotFound
from beltroad.errors import InputError

__all__ = [
    "ROLES", "by_id", "change_own_password", "check_name", "create", "list_users", "named",
    "set_active", "set_password", "set_role", "sign_in", "sign_out",
]  # fmt: skip

ROLES = tuple(role.word for role in Role if role is not Role.NOBODY)
_NAME = re.compile(r"\w[\w.@-]{0,79}")
_TAKEN = frozenset({"local", "nobody", "command-line", "unknown"})  # shown for others in the log


def check_name(name: str) -> str:
    """The name as it is kept: small letters, composed signs.

    Raises
    ------
    InputError
        If it is empty, long, taken by the workspace or holds other signs.
    """
    plain = unicodedata.normalize("NFKC", name.strip()).casefold()
    if not _NAME.fullmatch(plain) or plain in _TAKEN:
        raise InputError(
            "name: 1 to 80 letters, digits and . _ @ -, beginning with a letter or digit, and not "
            + ", ".join(sorted(_TAKEN))
        )
    return plain


def named(session: Session, name: str) -> UserRow:
    """The account of this name.

    Raises
    ------
    NotFound
        If there is none.
    """
    plain = unicodedata.normalize("NFKC", name.strip()).casefold()
    row = session.scalar(sa.select(UserRow).where(UserRow.name == plain))
    if row is None:
        raise NotFound("no account of this name; the page of users and 'user list' show all")
    return row


def by_id(session: Session, user_id: int) -> UserRow:
    """The account with this number.

    Raises
    ------
    NotFound
        If there is none.
    """
    row = session.get(UserRow, user_id) if 0 < user_id < 2**31 else None
    if row is None:
        raise NotFound(f"user {user_id}: there is none")
    return row


def list_users(
    database: Database, *, page: int = 1, per_page: int = 50
) -> tuple[list[UserRow], int]:
    """A page of the accounts by name, and how many there are."""
    with database.session(write=False) as session:
        total = session.scalar(sa.select(sa.func.count()).select_from(UserRow)) or 0
        rows = session.scalars(
            sa.select(UserRow).order_by(UserRow.name).offset((page - 1) * per_page).limit(per_page)
        )
        return list(rows), total


def create(
    session: Session,
    passwords: Passwords,
    by: Principal | str,
    *,
    name: str,
    role: str,
    password: str,
    address: str = "",
) -> UserRow:
    """Add an account.

    Raises
    ------
    InputError
        If name, role or password cannot be used.
    Conflict
        If the name is taken.
    """
    plain = check_name(name)
    word = _role(role)
    check_password(password, plain)
    if session.scalar(sa.select(UserRow.id).where(UserRow.name == plain)) is not None:
        raise Conflict("name: there is an account of this name")
    row = UserRow(name=plain, role=word, password_hash=passwords.hash(password))
    session.add(row)
    try:
        session.flush()
    except sa.exc.IntegrityError:
        raise Conflict("name: there is an account of this name") from None
    audit.note(session, by, "account.add", f"user:{plain}", {"role": word}, address)
    return row


def set_role(
    session: Session, by: Principal | str, user_id: int, role: str, address: str = ""
) -> UserRow:
    """Give an account another role; it counts from the next request on.

    Raises
    ------
    InputError, NotFound, Conflict
        If the role or account is not there, or nobody would be left as admin.
    """
    word = _role(role)
    row = by_id(session, user_id)
    if row.role != word:
        if word != Role.ADMIN.word:
            _keep_an_admin(session, row)
        before, row.role = row.role, word
        detail = {"from": before, "to": word}
        audit.note(session, by, "account.role", f"user:{row.name}", detail, address)
    return row


def set_active(
    session: Session, by: Principal | str, user_id: int, active: bool, address: str = ""
) -> UserRow:
    """Let someone in again, or shut them out: sessions and tokens end at once.

    Raises
    ------
    NotFound, Conflict
        If the account is not there, or nobody would be left as admin.
    """
    row = by_id(session, user_id)
    if row.active != active:
        if not active:
            _keep_an_admin(session, row)
            _end_everything(session, row.id)
        row.active = active
        action = "account.enable" if active else "account.disable"
        audit.note(session, by, action, f"user:{row.name}", None, address)
    return row


def set_password(
    session: Session,
    passwords: Passwords,
    by: Principal | str,
    user_id: int,
    password: str,
    address: str = "",
) -> UserRow:
    """Give an account a new password on someone else's word: sessions and tokens end.

    Raises
    ------
    InputError, NotFound
        If the password cannot be used, or the account is not there.
    """
    row = by_id(session, user_id)
    check_password(password, row.name)
    row.password_hash = passwords.hash(password)
    _end_everything(session, row.id)
    audit.note(session, by, "account.password.reset", f"user:{row.name}", None, address)
    return row


def change_own_password(
    database: Database, passwords: Passwords, who: Principal, old: str, new: str, address: str = ""
) -> None:
    """Change one's own password: all sessions end, this one too; tokens stay.

    Raises
    ------
    InputError
        If the old one does not fit or the new one cannot be used.
    Conflict
        If there is no account, as in local mode.
    """
    with database.session(write=False) as session:
        kept = session.scalar(sa.select(UserRow.password_hash).where(UserRow.id == who.user_id))
    if kept is None:
        raise Conflict("local mode has no account and no password")
    if not passwords.verify(old, kept)[0]:
        with database.session() as session:
            audit.note(session, who, "account.password.refused", f"user:{who.name}", None, address)
        raise InputError("password: the present one does not fit")
    check_password(new, who.name)
    if new == old:
        raise InputError("password: the new one is the present one")
    hashed = passwords.hash(new)
    with database.session() as session:
        by_id(session, who.user_id or 0).password_hash = hashed
        sessions.end_all(session, who.user_id or 0)
        audit.note(session, who, "account.password", f"user:{who.name}", None, address)


def sign_in(
    database: Database, passwords: Passwords, name: str, password: str, raw: str, address: str
) -> Principal | None:
    """Begin a session under the fresh id ``raw``; None if name and password do not fit.

    An unknown name, a shut account and a wrong password take as long and look the same.
    """
    plain = unicodedata.normalize("NFKC", name.strip()).casefold()[:80]
    with database.session(write=False) as session:
        row = session.scalar(sa.select(UserRow).where(UserRow.name == _storable(plain)))
    active = row is not None and row.active
    fits, newer = passwords.verify(password, row.password_hash if row and active else None)
    with database.session() as session:
        if row is None or not fits:
            # An unknown name is not kept: it may be a password in the wrong field.
            known = row.name if row else "unknown"
            audit.note(session, known, "sign-in.failed", f"user:{known}", None, address)
            return None
        if newer:
            session.execute(
                sa.update(UserRow).where(UserRow.id == row.id).values(password_hash=newer)
            )
        sessions.start(session, row.id, raw)
        audit.note(session, row.name, "sign-in", f"user:{row.name}", None, address)
    return Principal(row.name, Role[row.role.upper()], row.id, via="session")


def sign_out(database: Database, who: Principal, key: str, address: str = "") -> None:
    """End the session with this hash, or all of a user's with an empty one."""
    with database.session() as session:
        if key:
            sessions.end(session, who.user_id or 0, key)
        else:
            sessions.end_all(session, who.user_id or 0)
        detail = None if key else {"everywhere": True}
        audit.note(session, who, "sign-out", f"user:{who.name}", detail, address)


def _role(word: str) -> str:
    if word not in ROLES:
        raise InputError(f"role: {word[:40]!r} is none of {', '.join(ROLES)}")
    return word


def _keep_an_admin(session: Session, leaving: UserRow) -> None:
    # Rows are locked, so that two admins cannot shut each other out at the same moment.
    admins = session.scalars(
        sa.select(UserRow)
        .where(UserRow.role == Role.ADMIN.word, UserRow.active.is_(True))
        .with_for_update()
    ).all()
    if leaving.active and leaving.role == Role.ADMIN.word and len(admins) < 2:
        raise Conflict("the last admin stays admin; make another one first")


def _end_everything(session: Session, user_id: int) -> None:
    sessions.end_all(session, user_id)
    session.execute(sa.update(TokenRow).where(TokenRow.user_id == user_id).values(revoked=True))


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()
