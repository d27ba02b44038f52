"""All scenarios of the framework for one country: which apply, which do not and why."""

from __future__ import annotations

from typing import Protocol

from beltroad.errors import InputError, suggest
from beltroad.finance.debt import parameters as parameter_table
from beltroad.finance.debt.dynamics import shocks_standard as standard
from beltroad.finance.debt.dynamics import shocks_tailored as tailored
from beltroad.finance.debt.dynamics.baseline import Baseline, prepare
from beltroad.finance.debt.dynamics.engine import Shock, project_from
from beltroad.finance.debt.dynamics.package import ProjectPackage
from beltroad.finance.debt.dynamics.shocks_common import moments
from beltroad.finance.debt.model import CountryInputs, DebtPath
from beltroad.finance.debt.parameters import Parameters

__all__ = ["LABELS", "SCENARIOS", "run", "run_all", "skipped"]


class _Maker(Protocol):
    def __call__(self, parameters: Parameters, *, size: float = 1.0) -> Shock: ...


SCENARIOS: dict[str, _Maker] = {
    "historical": standard.historical,
    "B1": standard.growth,
    "B2": standard.primary_balance,
    "B3": standard.exports,
    "B4": standard.other_flows,
    "B5": standard.depreciation,
    "B6": standard.combination,
    "CL": tailored.contingent_liabilities,
    "ND": tailored.natural_disaster,
    "CP": tailored.commodity_prices,
    "MF": tailored.market_financing,
}
"""Makers of the shocks, by the name of their scenario."""

LABELS = {
    "baseline": "baseline",
    "historical": "A1 historical averages",
    "B1": "B1 real GDP growth",
    "B2": "B2 primary balance",
    "B3": "B3 exports",
    "B4": "B4 other flows",
    "B5": "B5 depreciation",
    "B6": "B6 combination of B1-B5",
    "CL": "contingent liabilities",
    "ND": "natural disaster",
    "CP": "commodity prices",
    "MF": "market financing",
}
"""Names of the scenarios for people."""

_HISTORY = {
    "historical": ("growth", "deflator", "usd_deflator", "balance",
                   "non_interest_current_account", "fdi"),
    "B1": ("growth",),
    "B2": ("balance",),
    "B3": ("exports_growth",),
    "B4": ("fdi", "transfers"),
    "B6": ("growth", "balance", "exports_growth", "fdi", "transfers"),
    "CP": ("exports_growth",),
}  # fmt: skip


def _exposure(base: Baseline, parameters: Parameters) -> dict[str, str]:
    """Why a test that is made for exposed countries does not concern this one."""
    reasons = {}
    if base.inputs.settings["disaster_prone"] != "yes":
        reasons["ND"] = "the country is not marked as prone to natural disasters"
    if base.inputs.settings["market_access"] != "yes":
        reasons["MF"] = "the country is not marked as having access to markets"
    share = tailored.commodity_share_pct(base, parameters)
    limit = parameters["stress.cp.trigger_share_pct"]
    if share != share:
        reasons["CP"] = "the share of commodities in exports is not known"
    elif share < limit:
        reasons["CP"] = f"commodities are {share:.3g} % of exports, below {limit:g} %"
    return reasons


def _reasons(base: Baseline, parameters: Parameters) -> dict[str, str]:
    reasons = _exposure(base, parameters)
    for scenario, names in _HISTORY.items():
        if scenario in reasons:
            continue
        for name in names:
            if name == "transfers" and not base.macro.transfers.any():
                continue
            try:
                moments(base, name, parameters)
            except InputError as error:
                reasons[scenario] = str(error)
                break
    for scenario, scale in (("B3", 1.0), ("B6", parameters["stress.b6.scale"])):
        if scenario not in reasons:
            deviations = scale * parameters["stress.b3.sd"]
            if (standard.export_growth(base, parameters, deviations, 1.0) <= -1).any():
                reasons[scenario] = (
                    "past export growth is so uneven that the shock leaves no exports"
                )
    if "CP" not in reasons:
        try:
            tailored.commodity_prices(parameters)(base)
        except InputError as error:
            reasons["CP"] = str(error)
    return {name: reasons[name] for name in SCENARIOS if name in reasons}


def skipped(inputs: CountryInputs, parameters: Parameters | None = None) -> dict[str, str]:
    """Scenarios that :func:`run_all` leaves out, each with the reason."""
    return _reasons(prepare(inputs, years=8), parameters or parameter_table.load("lic-dsf"))


def _run(base: Baseline, name: str, make: _Maker, parameters: Parameters, size: float) -> DebtPath:
    refinance = parameters["stress.residual_rollover"] != 0
    return project_from(base, name, make(parameters, size=size), refinance=refinance)


def run(
    inputs: CountryInputs,
    scenario: str,
    parameters: Parameters | None = None,
    *,
    package: ProjectPackage | None = None,
    years: int = 20,
    size: float = 1.0,
) -> DebtPath:
    """One scenario, whether or not the country is exposed to it.

    Parameters
    ----------
    scenario
        A name of ``SCENARIOS``, or ``baseline``.
    parameters
        Shock sizes and elasticities; none: those of the LIC-DSF in force.
    size
        Multiplies the shock: 0 is the baseline, 1 the framework's test.

    Raises
    ------
    InputError
        If there is no such scenario, or inputs or history do not allow it.
    """
    if scenario != "baseline" and scenario not in SCENARIOS:
        raise InputError(
            f"no scenario {scenario!r}; one of baseline, {', '.join(SCENARIOS)}. "
            f"{suggest(scenario, SCENARIOS)}".strip()
        )
    base = prepare(inputs, package=package, years=years)
    if scenario == "baseline":
        return project_from(base)
    chosen = parameters or parameter_table.load("lic-dsf")
    return _run(base, scenario, SCENARIOS[scenario], chosen, size)


def run_all(
    inputs: CountryInputs,
    parameters: Parameters | None = None,
    *,
    package: ProjectPackage | None = None,
    years: int = 20,
    size: float = 1.0,
) -> dict[str, DebtPath]:
    """Baseline, historical scenario and every stress test that applies, by name.

    What is left out, and why, is told by :func:`skipped`. See :func:`run` for the arguments.
    """
    chosen = parameters or parameter_table.load("lic-dsf")
    base = prepare(inputs, package=package, years=years)
    left_out = _reasons(base, chosen)
    paths = {"baseline": project_from(base)}
    for name, make in SCENARIOS.items():
        if name not in left_out:
            paths[name] = _run(base, name, make, chosen, size)
    return paths
