"""beltroad: observatory and appraisal engine for Belt and Road corridors.

The public face is small and loaded when first used::

    import beltroad as br
    result = br.appraise("examples/corridors.toml")
    result.countries, result.pairs, result.projects
    result.write("out")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0.dev0"

_HOMES = {
    "Appraisal": "beltroad.appraisal.result",
    "Cache": "beltroad.appraisal.cache",
    "Network": "beltroad.infrastructure.network",
    "Progress": "beltroad.appraisal.progress",
    "Scenario": "beltroad.appraisal.scenario",
    "TradeModel": "beltroad.trade.model",
    "appraise": "beltroad.appraisal.run",
    "evidence": "beltroad",
    "policy": "beltroad",
    "read_scenario": "beltroad.appraisal.scenario_file",
    "trade": "beltroad",
}

__all__ = [
    "Appraisal", "Cache", "Network", "Progress", "Scenario", "TradeModel", "appraise", "evidence",
    "policy", "read_scenario", "trade",
]  # fmt: skip

if TYPE_CHECKING:
    from beltroad import evidence, policy, trade
    from beltroad.appraisal.cache import Cache
    from beltroad.appraisal.progress import Progress
    from beltroad.appraisal.result import Appraisal
    from beltroad.appraisal.run import appraise
    from beltroad.appraisal.scenario import Scenario
    from beltroad.appraisal.scenario_file import read_scenario
    from beltroad.infrastructure.network import Network
    from beltroad.trade.model import TradeModel


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'beltroad' has no attribute {name!r}")
    return import_module(f"beltroad.{name}") if home == "beltroad" else getattr(
        import_module(home), name
    )  # fmt: skip


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
