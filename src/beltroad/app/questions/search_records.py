"""Records that people of the workspace wrote or changed, beside what the bundled data hold."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from beltroad.app.questions.search import RECORD, Hit, Results, search, tidy

if TYPE_CHECKING:
    from beltroad.app.database import Database

__all__ = ["own_records", "with_records"]

_MOST = 50  # records of a kind that are looked through, last changed first


def own_records(database: Database, text: str) -> tuple[Hit, ...]:
    """Records that hold all words and did not come with beltroad as they are, by kind."""
    from beltroad.app.registry.kinds import KINDS
    from beltroad.app.registry.records import BUNDLED_BY
    from beltroad.app.registry.store import Registry

    query = tidy(text)
    if not query:
        return ()
    registry, out = Registry(database), []
    for kind in KINDS.values():
        found = registry.list(kind.name, search=query, state="all", sort="-changed", page=1,
                              per_page=_MOST)  # fmt: skip
        for record in found:
            if record.who == BUNDLED_BY or record.removed:
                continue
            said = f"{kind.title}, {record.state}, {record.changed_at:%Y-%m-%d}"
            out.append(
                Hit(kind=RECORD, id=record.key, title=record.title or record.key, detail=said,
                    href=f"/registry/{kind.name}/{quote(record.key, safe='')}", score=0.0)
            )  # fmt: skip
    return tuple(out)


def with_records(text: str, kind: str, own: tuple[Hit, ...]) -> Results:
    """What a search finds, the workspace's own records first."""
    if kind == RECORD:
        every = search(text)
        return Results(query=every.query, total=len(own), counts=_counts(every, own), hits=own)
    found = search(text, kind)
    hits = found.hits if kind else (*own, *found.hits)
    more = 0 if kind else len(own)
    return Results(query=found.query, total=found.total + more, counts=_counts(found, own),
                   hits=hits)  # fmt: skip


def _counts(found: Results, own: tuple[Hit, ...]) -> dict[str, int]:
    return ({RECORD: len(own)} if own else {}) | found.counts
