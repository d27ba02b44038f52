"""Packages of project loans from several files: CSV tables of loans, and project finance plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from beltroad.errors import InputError
from beltroad.finance.debt.dynamics.engine import ProjectLoan, ProjectPackage
from beltroad.finance.debt.io.loans import read_package
from beltroad.finance.debt.model import CountryInputs

__all__ = ["Package", "moved", "read_packages"]

_LAST = 20
"""Years after t that the projection has."""


@dataclass(frozen=True)
class Package:
    """Project debt of one or several files in one, and what was done to read them so."""

    projects: ProjectPackage
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_packages(
    paths: Sequence[Path], inputs: CountryInputs, *, starting: int | None = None
) -> Package:
    """Read packages and add them up.

    Parameters
    ----------
    paths
        ``.csv``: a table of :func:`loans.read_package`; ``.toml``: a financing plan, of which the
        public layers and the loans of the state count.
    inputs
        The country that is assessed: host of every project.
    starting
        Year of the first disbursement of each file, which moves all its years alike. None: tables
        stay where they are; a plan of the past is moved to t.

    Raises
    ------
    InputError
        If a file cannot be read, a plan lies elsewhere or holds no public debt, or a year is
        outside the projection.
    """
    t = inputs.first_year
    if starting is not None and not t <= starting <= t + _LAST:
        raise InputError(
            f"--package-from {starting}: outside the projection; give a year from {t} to "
            f"{t + _LAST}"
        )
    doubled = [name for name, times in Counter(p.resolve() for p in paths).items() if times > 1]
    if doubled:
        raise InputError(f"--package {doubled[0].name}: given twice; give each file once")
    parts, notes = [], []
    for path in paths:
        plan = path.suffix.casefold() == ".toml"
        part, said = _plan(path, inputs) if plan else (read_package(path), [])
        notes += said
        first = _first_year(part)
        if first is not None:
            to = starting if starting is not None else t if plan and first < t else first
            if to != first:
                part = moved(part, to - first)
                notes.append(
                    f"package {path.name}: all years moved by {to - first:+d}, so that it starts "
                    f"in {to} in place of {first}; amounts and terms are as in the file"
                )
        _within(path, part, t)
        parts.append(part)
    return Package(_sum(parts), tuple(path.name for path in paths), tuple(notes))


def _plan(path: Path, inputs: CountryInputs) -> tuple[ProjectPackage, list[str]]:
    from beltroad.finance.project import exposure, plan_file

    plan = plan_file.read(path)
    for project in plan.projects:
        if project.host is None:
            raise InputError(
                f'{path}: project {project.id!r} names no host; add host = "{inputs.iso3}" if its '
                f"public debt is owed by {inputs.name}"
            )
        if project.host != inputs.iso3:
            raise InputError(
                f"{path}: project {project.id!r} lies in {project.host}, but {inputs.iso3} is "
                f"assessed; take it out, or: beltroad debt assess {project.host}"
            )
    package = exposure.project_package(plan)
    if not package.loans:
        raise InputError(
            f"{path}: no public debt in this plan; mark layers that the state owes with "
            "public = true, or add state_loans"
        )
    note = (
        f"package {path.name}: public layers and loans of the state; what the projects earn, "
        "guarantees and payments for availability are not in it"
    )
    return package, [note]


def _years(part: ProjectPackage) -> Iterable[int]:
    for loan in part.loans:
        yield from loan.disbursement_usd_mn
    for each in (part.growth_uplift_pct, part.exports_uplift_usd_mn, part.revenue_uplift_usd_mn):
        yield from each


def _first_year(part: ProjectPackage) -> int | None:
    """Year of the first disbursement; of the first yield where nothing is lent."""
    lent = [y for loan in part.loans for y, v in loan.disbursement_usd_mn.items() if v > 0]
    return min(lent or list(_years(part)), default=None)


def _within(path: Path, part: ProjectPackage, t: int) -> None:
    outside = sorted(y for y in _years(part) if not t <= y <= t + _LAST)
    if outside:
        raise InputError(
            f"{path}: {outside[0]} is outside the projection {t}-{t + _LAST}; give "
            f"--package-from YEAR to move the package, or take the year out"
        )


def moved(package: ProjectPackage, years: int) -> ProjectPackage:
    """The same package so many years later."""

    def by(values: Mapping[int, float]) -> dict[int, float]:
        return {year + years: value for year, value in values.items()}

    return ProjectPackage(
        tuple(replace(loan, disbursement_usd_mn=by(loan.disbursement_usd_mn))
              for loan in package.loans),
        by(package.growth_uplift_pct), by(package.exports_uplift_usd_mn),
        by(package.revenue_uplift_usd_mn),
    )  # fmt: skip


def _sum(parts: Sequence[ProjectPackage]) -> ProjectPackage:
    loans: list[ProjectLoan] = []
    growth: Counter[int] = Counter()
    exports: Counter[int] = Counter()
    revenue: Counter[int] = Counter()
    totals = (growth, exports, revenue)
    for part in parts:
        loans += part.loans
        yields = (part.growth_uplift_pct, part.exports_uplift_usd_mn, part.revenue_uplift_usd_mn)
        for total, one in zip(totals, yields, strict=True):
            for year, value in one.items():
                total[year] += value  # type: ignore[assignment]
    return ProjectPackage(tuple(loans), dict(growth), dict(exports), dict(revenue))
