"""Records as tables, for the functions that read the bundled ones; and hashes of what holds."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from beltroad.app.database.models import LoadRow, RecordRow, RevisionRow
from beltroad.app.registry.bundled import TABLES, keys_of
from beltroad.app.registry.records import BUNDLED_BY
from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["fingerprint_of", "frame_of"]


def frame_of(session: Session, kind: str) -> pd.DataFrame:
    """The bundled table of a kind with published changes on top.

    Rows that were edited and published here replace the bundled ones, removed ones are left out,
    new ones come last. Columns and their types are those of the bundled table; agreements also
    have ``instrument_title`` if an instrument is new.
    """
    import pandas as pd

    from beltroad import evidence

    if kind not in TABLES:
        raise InputError(f"kind {kind!r:.40}: give one of {', '.join(TABLES)}")
    base = evidence.load(TABLES[kind])
    removed = set(session.scalars(
        sa.select(RecordRow.key).where(RecordRow.kind == kind, RecordRow.deleted)
    ))  # fmt: skip
    query = (
        sa.select(RecordRow.key, RevisionRow.data)
        .join(RevisionRow, _published())
        .where(RecordRow.kind == kind, ~RecordRow.deleted, RevisionRow.who != BUNDLED_BY)
    )
    own: dict[str, Any] = dict(session.execute(query.order_by(RecordRow.key)).all())
    if not removed and not own:
        return base
    keys = pd.Index(keys_of(kind, base))
    changed = pd.DataFrame(
        [{name: data.get(name) for name in base.columns} for data in own.values()],
        columns=base.columns, index=list(own),
    )  # fmt: skip
    for name in base.columns:
        changed[name] = _like(changed[name], base[name])
    kept = base.set_axis(keys).drop(index=[k for k in keys if k in removed])
    there = [k for k in kept.index if k in own]
    new = [k for k in own if k not in set(there)]
    for key in there:
        kept.loc[key] = changed.loc[key]
    out = pd.concat([kept, changed.loc[new]]) if new else kept
    out = out.astype(base.dtypes.to_dict()).reset_index(drop=True)
    titles = {d["instrument"]: t for d in own.values() if (t := d.get("instrument_title"))}
    if titles:
        out["instrument_title"] = [titles.get(name, "") for name in out["instrument"]]
    out.attrs = dict(base.attrs)
    return out


def _like(values: pd.Series[Any], base: pd.Series[Any]) -> pd.Series[Any]:
    """What is not known, as the bundled column writes it: NaN or an empty text."""
    import numpy as np

    if base.dtype.kind in "fi":
        return values.astype("float64")
    empty = np.nan if base.isna().any() and not base.eq("").any() else ""
    return values.where(values.notna() & values.ne(""), empty).astype(base.dtype)


def fingerprint_of(session: Session, kind: str, state: str) -> str:
    """A hash of what was loaded and of every change since."""
    loaded = session.get(LoadRow, kind)
    number = RecordRow.published if state == "published" else RecordRow.latest
    own = session.execute(
        sa.select(sa.func.count(), sa.func.sum(RevisionRow.number), sa.func.max(RevisionRow.at))
        .select_from(RecordRow)
        .join(RevisionRow, (RevisionRow.record_id == RecordRow.id) & (RevisionRow.number == number))
        .where(RecordRow.kind == kind, RevisionRow.who != BUNDLED_BY)
    ).one()
    gone = session.execute(
        sa.select(sa.func.count(), sa.func.max(RecordRow.changed_at)).where(
            RecordRow.kind == kind, RecordRow.deleted
        )
    ).one()
    said = (kind, state if own[0] else "", loaded.digest if loaded else "", *own, *gone)
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _published() -> sa.ColumnElement[bool]:
    return (RevisionRow.record_id == RecordRow.id) & (RevisionRow.number == RecordRow.published)
