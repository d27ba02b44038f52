"""A country made ready once, for as many scenarios as are wanted."""

from __future__ import annotations

import math
from dataclasses import dataclass

from beltroad.errors import InputError
from beltroad.finance.debt.dynamics.existing import Existing, read_existing
from beltroad.finance.debt.dynamics.ledger import Ledger, baseline_ledger
from beltroad.finance.debt.dynamics.macro import Macro, Notes, read_macro
from beltroad.finance.debt.dynamics.package import (
    PackageFlows,
    ProjectPackage,
    package_flows,
    uplifted,
)
from beltroad.finance.debt.dynamics.portfolio import Mix, mix
from beltroad.finance.debt.dynamics.residual import ResidualTerms, read_residual
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.vocabulary import SETTINGS

__all__ = ["Baseline", "prepare"]


@dataclass(frozen=True)
class Baseline:
    """Inputs, arrays and accounts of the baseline, and the terms of extra borrowing."""

    inputs: CountryInputs
    macro: Macro
    existing: Existing
    new: Mix
    package: PackageFlows | None
    ledger: Ledger
    residual: ResidualTerms
    notes: tuple[tuple[str, str, str], ...]


def prepare(
    inputs: CountryInputs, *, package: ProjectPackage | None = None, years: int = 20
) -> Baseline:
    """Read the inputs and run the accounts of the baseline, with ``package`` on top if given.

    Raises
    ------
    InputError
        If inputs that the projection cannot do without are missing or contradict each other.
    """
    notes: Notes = []
    _check_settings(inputs)
    macro = read_macro(inputs, years, notes)
    new = mix(inputs, inputs.instruments, macro.size)
    existing = read_existing(inputs, macro, notes)
    residual = read_residual(inputs, macro, new, notes)
    flows = None
    if package is not None:
        flows = package_flows(package, macro, inputs.number("discount_rate_pct") / 100)
        macro = uplifted(macro, package)
    ledger = baseline_ledger(macro, existing, new, flows)
    return Baseline(inputs, macro, existing, new, flows, ledger, residual, tuple(notes))


def _check_settings(inputs: CountryInputs) -> None:
    """Numbers that have a default must be there: NaN would run through to the ratios."""
    for name, setting in SETTINGS.items():
        needed = bool(setting.default) or name == "first_projection_year"
        if setting.unit == "-" or not needed or name.startswith("residual_"):
            continue
        if math.isnan(inputs.number(name)):
            usual = f", usually {setting.default}" if setting.default else ""
            raise InputError(
                f"{inputs.iso3}: setting {name} is empty; give {setting.meaning} "
                f"({setting.unit}{usual})"
            )
