"""How far projects are, in the few groups that maps and lists tell apart."""

from __future__ import annotations

__all__ = ["STATUS_GROUPS", "status_group"]

STATUS_GROUPS = {
    "open": ("Open", ("completed", "operating", "partly_open")),
    "building": ("Under construction", ("under_construction",)),
    "planned": ("Planned", ("planned",)),
    "halted": ("Halted", ("stalled", "shelved", "suspended")),
}


def status_group(status: str) -> str:
    """Key of :data:`STATUS_GROUPS` for a recorded status; what is not known counts as planned."""
    for key, (_, members) in STATUS_GROUPS.items():
        if status in members:
            return key
    return "planned"
