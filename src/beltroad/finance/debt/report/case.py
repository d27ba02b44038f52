"""One assessment under any of the frameworks, with all that can be written of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from beltroad.finance.debt.bri.low_income import BriAssessment
    from beltroad.finance.debt.bri.market import MarketAssessment
    from beltroad.finance.debt.io.packages import Package
    from beltroad.finance.debt.model import CountryInputs
    from beltroad.finance.debt.ratings.assess import Assessment
    from beltroad.finance.debt.report.beside import Beside
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["Case", "LowIncome", "Market", "Request", "make"]

_DEBT = "public_debt_pct_gdp"
_FANS = (_DEBT, "pv_public_to_gdp_pct", "pv_external_to_gdp_pct",
         "service_external_to_revenue_pct")  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    inputs: CountryInputs
    on: str = ""
    package: Package | None = None
    fan: bool = False
    draws: int = 10_000
    seed: int = 1
    version: str = ""  # printed on what is written


class Case(Protocol):
    """What every framework's result can do."""

    def page(self) -> bytes:
        """The report."""

    def workbook(self) -> bytes:
        """All results as a workbook."""

    def json(self) -> bytes:
        """The record for programs."""

    def tables(self) -> dict[str, bytes]:
        """CSV tables by file name."""


def make(framework: str, request: Request) -> LowIncome | Market:
    """Assess under ``lic``, ``bri`` (low-income) or ``market``."""
    return _market(request) if framework == "market" else _low_income(framework, request)


@dataclass(frozen=True)
class LowIncome:
    """The framework of IMF and World Bank, alone or with the nine steps on top."""

    assessment: Assessment
    fans: list[Fan]
    beside: Beside | None = None
    bri: BriAssessment | None = None
    version: str = ""

    def page(self) -> bytes:
        """The report."""
        from beltroad.finance.debt.report.page import debt_page

        text = debt_page(self.assessment, self.fans, beside=self.beside, bri=self.bri,
                         version=self.version)  # fmt: skip
        return text.encode()

    def workbook(self) -> bytes:
        """All results as a workbook."""
        from beltroad.finance.debt.report.sheets import result_workbook

        return result_workbook(self.assessment, self.fans, beside=self.beside, bri=self.bri,
                               version=self.version)  # fmt: skip

    def json(self) -> bytes:
        """The record for programs."""
        return self._json

    @cached_property
    def _json(self) -> bytes:
        from beltroad.finance.debt.report import record

        given: dict[str, Any] = {"beside": self.beside, "version": self.version}
        if self.bri is not None:
            return record.as_json(record.bri_record(self.bri, self.fans, **given))
        return record.json_bytes(self.assessment, self.fans, **given)

    def tables(self) -> dict[str, bytes]:
        """CSV tables by file name."""
        from beltroad.finance.debt.report.record import csv_files

        return csv_files(self.assessment, self.fans, beside=self.beside, bri=self.bri)


@dataclass(frozen=True)
class Market:
    """The framework for market-financing countries."""

    assessment: MarketAssessment
    fans: list[Fan]
    on: str
    beside: Beside | None = None
    notes: tuple[str, ...] = field(default=())
    version: str = ""

    def _given(self) -> dict[str, Any]:
        return {"beside": self.beside, "on": self.on, "notes": self.notes, "version": self.version}

    def page(self) -> bytes:
        """The report."""
        from beltroad.finance.debt.report.market_page import market_page

        return market_page(self.assessment, self.fans, **self._given()).encode()

    def workbook(self) -> bytes:
        """All results as a workbook."""
        from beltroad.finance.debt.report.market_sheets import market_workbook

        return market_workbook(self.assessment, self.fans, **self._given())

    def json(self) -> bytes:
        """The record for programs."""
        return self._json

    @cached_property
    def _json(self) -> bytes:
        from beltroad.finance.debt.report.market_sheets import market_record
        from beltroad.finance.debt.report.record import as_json

        return as_json(market_record(self.assessment, self.fans, **self._given()))

    def tables(self) -> dict[str, bytes]:
        """CSV tables by file name."""
        from beltroad.finance.debt.report.market_sheets import market_files

        return market_files(self.assessment, self.fans, beside=self.beside)


def _low_income(framework: str, request: Request) -> LowIncome:
    from beltroad.finance.debt.ratings.assess import assess
    from beltroad.finance.debt.report.beside import Beside

    inputs, package = request.inputs, request.package
    projects = None if package is None else package.projects
    bri = None
    if framework == "bri":
        from beltroad.finance.debt.bri.low_income import assess_bri

        bri = assess_bri(inputs, on=request.on, package=projects)
        found, without = bri.decisive, bri.without
    else:
        found = assess(inputs, on=request.on, package=projects)
        without = found if package is None else assess(inputs, on=request.on)
    both = None
    if package is not None:
        both = Beside(package, without)
        found = replace(found, notes=(*package.notes, *found.notes))
        if bri is not None:
            notes = tuple(dict.fromkeys((*package.notes, *bri.notes)))
            bri = replace(bri, with_package=found, notes=notes)
    fans: list[Fan] = []
    if request.fan:
        from beltroad.finance.debt.stochastic.fan import fans as draw

        made = draw(inputs, found.paths["baseline"], quantities=_FANS, draws=request.draws,
                    seed=request.seed, thresholds=found.thresholds)  # fmt: skip
        fans = list(made.values())
    return LowIncome(found, fans, both, bri, request.version)


def _market(request: Request) -> Market:
    from beltroad.errors import InputError
    from beltroad.finance.debt.bri.market import assess_market
    from beltroad.finance.debt.dynamics import engine
    from beltroad.finance.debt.report.beside import Beside
    from beltroad.finance.debt.report.market_view import horizon
    from beltroad.finance.debt.stochastic.fan import fans as draw

    inputs, package = request.inputs, request.package
    quantities = _FANS if request.fan else (_DEBT,)
    years = len(horizon(inputs.first_year, request.on))
    notes: list[str] = [] if package is None else list(package.notes)

    def judged(projects: engine.ProjectPackage | None) -> tuple[MarketAssessment, list[Fan]]:
        """The case and its fans; what bears on the signals is the fan of public debt."""
        path = engine.project(inputs, package=projects)
        fans: list[Fan] = []
        try:
            fans = list(draw(inputs, path, quantities=quantities, years=years,
                             draws=request.draws, seed=request.seed).values())  # fmt: skip
        except InputError as error:
            notes.append(f"no fan: {error}")
        chosen = next((f for f in fans if f.quantity == _DEBT), None)
        return assess_market(inputs, chosen, on=request.on, package=projects), fans

    found, fans = judged(None if package is None else package.projects)
    both = None if package is None else Beside(package, judged(None)[0])
    return Market(found, fans, request.on, both, tuple(dict.fromkeys(notes)), request.version)
