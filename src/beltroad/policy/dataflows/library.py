"""The bundled rule files on data leaving an economy."""

from __future__ import annotations

from functools import cache

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.policy.dataflows.model import RuleSet
from beltroad.policy.dataflows.reading import parse_rules

__all__ = ["exporters", "rules"]

_PREFIX = "dataflow_"


@cache
def exporters() -> tuple[str, ...]:
    """ISO 3166-1 alpha-3 codes of the economies whose rules are bundled, sorted."""
    found = (n for n in evidence.names() if n.startswith(_PREFIX))
    files = (n for n in found if evidence.info(n).file.endswith(".toml"))
    return tuple(sorted(n.removeprefix(_PREFIX).upper() for n in files))


@cache
def rules(exporter: str) -> RuleSet:
    """Rules of one exporting economy, given by any name or code.

    Raises
    ------
    InputError
        If the economy is unknown or its rules are not bundled.
    """
    code = economies.iso3(exporter)
    if code not in exporters():
        raise InputError(
            f"no rules on data leaving {code} ({economies.name(code)}) are known here. "
            f"Known exporters: {', '.join(exporters())}"
        )
    name = f"{_PREFIX}{code.lower()}"
    return parse_rules(evidence.read_bytes(name).decode("utf-8"), f"{name}.toml")
