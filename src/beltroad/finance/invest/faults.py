"""All faults of a table at once: file, row, field, value, remedy."""

from __future__ import annotations

from beltroad.errors import Fault, InputError

__all__ = ["Faults", "TableError"]

_SHOWN = 40


class TableError(InputError):
    """A table cannot be used. ``faults`` holds every fault that was found."""

    def __init__(self, source: str, faults: list[Fault]) -> None:
        self.source = source
        self.faults = tuple(faults)
        count = f"{len(faults)} fault" + ("s" if len(faults) != 1 else "")
        if len(faults) == 1:
            super().__init__(f"{source}: {faults[0]}")
            return
        more = [f"  ... and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
        listed = [f"  - {fault}" for fault in faults[:_SHOWN]]
        super().__init__("\n".join([f"{source}: {count}", *listed, *more]))


class Faults:
    """Collects faults of one file and raises them together."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._found: list[Fault] = []

    def add(self, row: int | None, field: str, value: object, remedy: str) -> None:
        """Note one fault; ``row`` is the line of the file, headers counted."""
        where = f"row {row}, {field}" if row is not None else field
        self._found.append(Fault(where, f"{str(value)!r:.60}:", remedy))

    def __bool__(self) -> bool:
        return bool(self._found)

    def check(self) -> None:
        """Raise all that was noted.

        Raises
        ------
        TableError
            If there is any fault.
        """
        if self._found:
            raise TableError(self.source, self._found)
