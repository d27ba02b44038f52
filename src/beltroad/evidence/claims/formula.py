"""Arithmetic of the checks: a small language, parsed and never run as Python code.

A formula holds names, numbers, ``+ - * / **`` and brackets; everything else is refused.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from beltroad.errors import DataError, InputError
from beltroad.evidence.claims.values import Figure, Interval

__all__ = ["Formula", "parse"]

LONGEST = 400
DEEPEST = 60
LARGEST_POWER = 100.0


@dataclass(frozen=True)
class Formula:
    """A formula that was read; ``names`` are its inputs in order of appearance."""

    text: str
    names: tuple[str, ...]
    _tree: ast.expr

    def figure(self, inputs: Mapping[str, Figure]) -> Figure:
        """Value, interval by rounding and interval by bounds, from those of the inputs.

        Intervals are outer bounds: a name that occurs twice counts as two numbers.

        Raises
        ------
        DataError
            If an input is missing, or the result is no number (a division by zero).
        """
        missing = [name for name in self.names if name not in inputs]
        if missing:
            raise DataError(f"formula {self.text!r} needs a value for {', '.join(missing)}")
        exact = {name: Interval(f.value, f.value) for name, f in inputs.items()}
        point = _interval(self._tree, exact)
        if not math.isfinite(point.low) or not math.isfinite(point.high):
            raise DataError(f"formula {self.text!r} gives no number for these inputs")
        return Figure(
            (point.low + point.high) / 2,
            _interval(self._tree, {name: f.rounded for name, f in inputs.items()}),
            _interval(self._tree, {name: f.full for name, f in inputs.items()}),
        )


@lru_cache(maxsize=512)
def parse(text: str) -> Formula:
    """Read a formula.

    Raises
    ------
    InputError
        If it is too long or holds anything but arithmetic over names and numbers.
    """
    if len(text) > LONGEST:
        raise InputError(f"formula {text[:30]!r}... is longer than {LONGEST} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise InputError(f"formula {text!r} cannot be read; write it as a/b - 1") from None
    names: dict[str, None] = {}
    _check(tree, text, names, 0)
    return Formula(text, tuple(names), tree)


def _check(node: ast.expr, text: str, names: dict[str, None], depth: int) -> None:
    if depth > DEEPEST:
        raise InputError(f"formula {text[:30]!r}... is nested too deeply")
    if isinstance(node, ast.Name):
        names[node.id] = None
    elif isinstance(node, ast.Constant):
        if type(node.value) not in (int, float) or not _is_number(node.value):
            raise InputError(f"formula {text!r}: {node.value!r:.30} is no number")
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        _check(node.operand, text, names, depth + 1)
    elif isinstance(node, ast.BinOp) and isinstance(
        node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Pow
    ):
        _check(node.left, text, names, depth + 1)
        _check(node.right, text, names, depth + 1)
    else:
        raise InputError(
            f"formula {text!r}: {type(node).__name__} is not allowed; "
            "use names, numbers, + - * / ** and brackets"
        )


def _is_number(value: object) -> bool:
    try:
        return isinstance(value, int | float) and math.isfinite(float(value))
    except OverflowError:
        return False


def _interval(node: ast.expr, inputs: Mapping[str, Interval]) -> Interval:
    if isinstance(node, ast.Name):
        return inputs[node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return Interval(float(node.value), float(node.value))
    if isinstance(node, ast.UnaryOp):
        inner = _interval(node.operand, inputs)
        return -inner if isinstance(node.op, ast.USub) else inner
    if not isinstance(node, ast.BinOp):
        raise InputError(f"{type(node).__name__} is not allowed in a formula")
    left, right = _interval(node.left, inputs), _interval(node.right, inputs)
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left - right
    if isinstance(node.op, ast.Mult):
        return left * right
    if isinstance(node.op, ast.Div):
        return left / right
    if max(abs(right.low), abs(right.high)) > LARGEST_POWER:
        raise InputError(f"a power above {LARGEST_POWER:g} is not allowed in a formula")
    return left**right
