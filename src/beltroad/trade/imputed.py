"""Which of the bundled economies have imputed accounts, and the code of the rest of the world."""

from __future__ import annotations

from beltroad import evidence

__all__ = ["REST_OF_WORLD", "imputed_economies"]

REST_OF_WORLD = "ROW"


def imputed_economies() -> tuple[str, ...]:
    """Codes of the economies whose accounts are imputed, in the order of ``icio_economies``."""
    table = evidence.load("icio_economies")
    flag = table["imputed"].astype(str).eq("True")
    return tuple(str(code) for code in table.loc[flag, "iso3"])
