"""What every answer of the workspace must hold to."""

from __future__ import annotations

import math

from beltroad.app.answers import Answer, Figure
from beltroad.app.questions import methods

__all__ = ["check_answer", "sound"]


def sound(figure: Figure) -> bool:
    """A figure that says where it comes from."""
    origin = figure.origin
    known = not origin.method or origin.method in methods.names()
    return known and bool(origin.source or origin.formula) and bool(origin.kind)


def check_answer(answer: Answer) -> None:
    for figure in answer.figures:
        assert sound(figure), figure.id
        if isinstance(figure.value, float):
            assert math.isfinite(figure.value), figure.id
        if figure.value is not None and not isinstance(figure.value, str):
            assert figure.unit, figure.id
    for table in answer.tables:
        for column in table.columns:
            assert column.title
            assert not column.origin.method or column.origin.method in methods.names()
            if column.kind == "number":
                assert column.unit, f"{table.id}.{column.name}"
        for row in table.rows:
            assert {c.name for c in table.columns} <= set(row)
