"""Files taken into the registry: looked at first, then written as a whole, undone as a whole."""

from beltroad.app.registry.imports.commit import (
    Imported,
    confirm,
    imports,
    look,
    look_again,
    permit_import,
    undo,
)
from beltroad.app.registry.imports.preview import IMPORTED, Change, FieldChange, Preview

__all__ = [
    "IMPORTED", "Change", "FieldChange", "Imported", "Preview", "confirm", "imports", "look",
    "look_again", "permit_import", "undo",
]  # fmt: skip
