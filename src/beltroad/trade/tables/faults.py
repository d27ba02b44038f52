"""What is wrong with a user's tables, all of it at once."""

from __future__ import annotations

from collections.abc import Sequence

from beltroad.errors import Fault, InputError

__all__ = ["SHOWN", "Faults", "TablesError"]

SHOWN = 20


class TablesError(InputError):
    """Tables that cannot be used. ``faults`` holds every fault that was found."""

    def __init__(self, source: str, faults: Sequence[Fault]) -> None:
        self.source = source
        self.faults = tuple(faults)
        count = f"{len(self.faults)} fault" + ("s" if len(self.faults) != 1 else "")
        lines = [f"  - {fault}" for fault in self.faults[:SHOWN]]
        if len(self.faults) > SHOWN:
            lines.append(f"  - and {len(self.faults) - SHOWN} more")
        super().__init__(f"{source}: {count}\n" + "\n".join(lines))


class Faults:
    """Collects faults while tables are read; raises them together."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.found: list[Fault] = []

    def add(self, where: str, problem: str, remedy: str = "") -> None:
        """Note one fault."""
        self.found.append(Fault(where, problem, remedy))

    def check(self) -> None:
        """Raise `TablesError` if anything was noted."""
        if self.found:
            raise TablesError(self.source, self.found)
