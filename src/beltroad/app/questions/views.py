"""Views that are kept: a page of ours as someone left it, under a short link."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import sqlalchemy as sa

from beltroad.app.database.models import ViewRow
from beltroad.app.errors import NotFound
from beltroad.errors import InputError

if TYPE_CHECKING:
    from beltroad.app.accounts.roles import Principal
    from beltroad.app.database import Database

__all__ = ["MOST_LETTERS", "keep", "kept", "own_path"]

MOST_LETTERS = 2000
# First parts of pages that only show something; everything else is no view.
_PAGES = frozenset(
    ["", "search", "figures", "claims", "countries", "projects", "routes", "scenarios",
     "appraisals", "compare", "rules", "debt", "risk", "registry", "results", "help"]
)  # fmt: skip
_PLAIN = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def own_path(path: str) -> str:
    """A path of a page of ours with its query, or a fault: a link never leads elsewhere.

    Raises
    ------
    InputError
        If it is an address of another place, or no page that can be kept.
    """
    if len(path) > MOST_LETTERS:
        raise InputError(f"path: longer than {MOST_LETTERS} letters; choose less, or save it first")
    if not _PLAIN.fullmatch(path):
        raise InputError("path: not a path of this workspace; it begins with one slash")
    try:
        parts = urlsplit(path)
    except ValueError:
        raise InputError("path: not a path of this workspace") from None
    steps = parts.path.split("/")
    if parts.scheme or parts.netloc or ".." in steps or "%2f" in parts.path.casefold():
        raise InputError("path: not a path of this workspace")
    if steps[1] not in _PAGES:
        raise InputError(f"path: /{steps[1][:40]} is no page that can be kept as a view")
    return path


def keep(database: Database, path: str, title: str, who: Principal) -> ViewRow:
    """Keep a view; the same page of the same person has one link."""
    path = own_path(path)
    title = " ".join(title.replace("\x00", "").split())[:200]
    with database.session() as session:
        old = session.scalars(
            sa.select(ViewRow).where(ViewRow.path == path, ViewRow.who == who.name).limit(1)
        ).first()
        if old is not None:
            return old
        row = ViewRow(id=secrets.token_hex(6), who=who.name, title=title or path, path=path)
        session.add(row)
        return row


def kept(database: Database, id: str) -> ViewRow:  # noqa: A002 (the column's name)
    """A view by its id.

    Raises
    ------
    NotFound
        If there is none.
    """
    with database.session(write=False) as session:
        row = session.get(ViewRow, id[:16])
    if row is None:
        raise NotFound(f"there is no view {id[:16]!r}")
    return row
