"""Debt paths of a country: the baseline, any shock to it, with or without a package of projects.

One entry, :func:`project`. The pieces behind it: ``macro`` (arrays of the baseline), ``existing``
(today's debt), ``portfolio`` (terms as kernels), ``ledger`` (yearly accounts), ``residual`` (what
a shock makes a country borrow on top), ``table`` (indicators).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pandas as pd

from beltroad.finance.debt.dynamics.baseline import Baseline, prepare
from beltroad.finance.debt.dynamics.package import ProjectLoan, ProjectPackage
from beltroad.finance.debt.dynamics.residual import Shocked, stressed_ledgers
from beltroad.finance.debt.dynamics.table import debt_path
from beltroad.finance.debt.model import CountryInputs, DebtPath

__all__ = ["Baseline", "ProjectLoan", "ProjectPackage", "Shock", "fallbacks", "prepare", "project",
           "project_from"]  # fmt: skip

Shock: TypeAlias = Callable[[Baseline], Shocked]
"""What befalls a baseline; ``shocks_standard`` and ``shocks_tailored`` make those of the
framework, and anyone may write another."""


def project(
    inputs: CountryInputs,
    *,
    scenario: str = "baseline",
    shock: Shock | None = None,
    package: ProjectPackage | None = None,
    years: int = 20,
) -> DebtPath:
    """Debt path of a country.

    Parameters
    ----------
    inputs
        The country.
    scenario
        Name that the path carries.
    shock
        What befalls the baseline; none: the baseline itself.
    package
        Project debt on top of the baseline, and what it yields.
    years
        The last year is t + ``years``.

    Raises
    ------
    InputError
        If inputs that the projection cannot do without are missing or contradict each other.
    """
    return project_from(prepare(inputs, package=package, years=years), scenario, shock)


def project_from(
    base: Baseline, scenario: str = "baseline", shock: Shock | None = None, *,
    refinance: bool = False,
) -> DebtPath:  # fmt: skip
    """Debt path from a prepared baseline; see :func:`project` and :func:`stressed_ledgers`."""
    inputs = base.inputs
    if shock is None:
        external = public = base.ledger
        macro = budget = base.macro
    else:
        shocked = shock(base)
        macro = shocked.macro
        budget = macro if shocked.own_budget else base.macro
        external, public = stressed_ledgers(
            base.ledger,
            base.macro,
            shocked,
            base.residual,
            refinance=refinance or shocked.refinance,
        )
    lent = base.package.disbursement if base.package else None
    return debt_path(
        inputs.iso3, scenario, inputs.first_year, (macro, external), (budget, public), lent
    )


def fallbacks(inputs: CountryInputs, *, years: int = 20) -> pd.DataFrame:
    """What the projection had to fill in: ``variable, why, effect``, one row each."""
    notes = prepare(inputs, years=years).notes
    return pd.DataFrame(list(notes), columns=["variable", "why", "effect"])
