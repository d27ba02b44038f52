"""One country's case in the debt room: prepared or own inputs, framework, loans on top.

All figures come from ``beltroad.finance.debt``; what is here is who asked for which case, and a
memory of the last cases, since a page and the API ask for the same one many times over.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from beltroad import __version__
from beltroad.app.errors import NotFound
from beltroad.errors import InputError

if TYPE_CHECKING:
    from beltroad.finance.debt.io.packages import Package
    from beltroad.finance.debt.model import CountryInputs
    from beltroad.finance.debt.report.case import Case

__all__ = [
    "DRAWS", "FRAMEWORKS", "MOST_LOANS", "SEED", "Ask", "Found", "Loan", "codes", "find",
    "inputs_of", "package_of", "template",
]  # fmt: skip

FRAMEWORKS = ("lic", "bri", "market")
DRAWS, SEED = 10_000, 1  # of a fan, as the command line has them
MOST_LOANS = 6
_KEPT = 24
_LAST = 20  # years after t that a projection has
T = TypeVar("T")


@dataclass(frozen=True)
class Loan:
    """Terms of one loan as typed: disbursed in equal parts over the years from ``start`` on."""

    amount_usd_mn: float
    start: int
    over_years: int
    interest_pct: float
    maturity_years: int
    grace_years: int
    name: str = "loan"


@dataclass(frozen=True)
class Ask:
    """One case: framework (empty: as the country's settings say), day, loans on top, fan."""

    framework: str = ""
    on: str = ""
    loans: tuple[Loan, ...] = ()
    fan: bool = False


@dataclass(frozen=True)
class Found:
    """A case with what it was asked for; ``digest`` is that of inputs and question."""

    inputs: CountryInputs
    framework: str
    ask: Ask
    case: Case
    digest: str

    @property
    def market(self) -> bool:
        """Whether the framework is the one for market-financing countries."""
        return self.framework == "market"


def codes() -> tuple[str, ...]:
    """ISO3 of the countries with prepared inputs."""
    from beltroad.finance.debt.inputs import prepared

    return prepared.codes()


def inputs_of(iso3: str) -> CountryInputs:
    """Prepared inputs of a country by code.

    Raises
    ------
    NotFound
        If none are prepared.
    """
    from beltroad.finance.debt.io import reading

    if iso3 not in codes():
        raise NotFound(
            f"no debt inputs are prepared for {iso3!r:.10}; take the blank template, fill it in "
            "and upload it, or choose a country from the list"
        )
    return reading.read(iso3)


@lru_cache(maxsize=1)
def _memory() -> _Memory:
    return _Memory()


class _Memory:
    """The last cases by content; two who ask for the same new one wait for one answer."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._busy: dict[str, threading.Lock] = {}

    def get(self, key: str, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key]
                return found
            busy = self._busy.setdefault(key, threading.Lock())
        with busy:
            with self._lock:
                if key in self._kept:
                    again: T = self._kept[key]
                    return again
            try:
                made = make()
                with self._lock:
                    self._kept[key] = made
                    while len(self._kept) > _KEPT:
                        self._kept.popitem(last=False)
            finally:
                with self._lock:
                    self._busy.pop(key, None)
        return made


def find(inputs: CountryInputs, ask: Ask, *, known_as: str) -> Found:
    """The case of a question, from memory where it was asked before.

    Parameters
    ----------
    known_as
        What stands for the content of the inputs: code of a prepared country (the bundled tables
        do not change while the program runs), or digest of an upload.

    Raises
    ------
    InputError
        If framework, day or loans cannot be used, or the inputs do not suffice.
    """
    from beltroad.policy.dates import day

    if ask.framework and ask.framework not in FRAMEWORKS:
        raise InputError(f"framework {ask.framework!r:.20}: choose from {', '.join(FRAMEWORKS)}")
    day(ask.on or None, "on")
    framework = ask.framework or str(inputs.settings["framework"])
    digest = hashlib.sha256(repr((known_as, framework, ask)).encode()).hexdigest()
    case = _memory().get(digest, lambda: _case(inputs, framework, ask))
    return Found(inputs, framework, ask, case, digest)


def _case(inputs: CountryInputs, framework: str, ask: Ask) -> Case:
    from beltroad.finance.debt.report.case import Request, make

    package = package_of(ask.loans, inputs) if ask.loans else None
    return make(
        framework,
        Request(inputs, ask.on, package, fan=ask.fan, draws=DRAWS, seed=SEED, version=__version__),
    )


def package_of(loans: Sequence[Loan], inputs: CountryInputs) -> Package:
    """Typed terms as a package of the debt framework.

    Raises
    ------
    InputError
        Naming the first term that cannot be.
    """
    from beltroad.finance.debt.dynamics.engine import ProjectLoan, ProjectPackage
    from beltroad.finance.debt.io.packages import Package

    if len(loans) > MOST_LOANS:
        raise InputError(f"{len(loans)} loans: give at most {MOST_LOANS}; put the rest together")
    first, last = inputs.first_year, inputs.first_year + _LAST
    made = []
    for number, loan in enumerate(loans, start=1):
        _check(loan, f"loan {number}", first, last)
        if loan.amount_usd_mn == 0:
            continue  # no loan, and no terms to weigh
        years = range(loan.start, loan.start + loan.over_years)
        each = dict.fromkeys(years, loan.amount_usd_mn / loan.over_years)
        made.append(
            ProjectLoan(f"{loan.name} {number}", each, loan.interest_pct, loan.maturity_years,
                        loan.grace_years)
        )  # fmt: skip
    return Package(ProjectPackage(tuple(made)), ("typed terms",))


def _check(loan: Loan, what: str, first: int, last: int) -> None:
    # The same bounds as a table of loans in a file has.
    bounds = (
        ("amount", loan.amount_usd_mn, 0, 1e6, "million USD"),
        ("start", loan.start, first, last, ""),
        ("disbursement over", loan.over_years, 1, _LAST + 1, "years"),
        ("interest", loan.interest_pct, 0, 100, "%"),
        ("maturity", loan.maturity_years, 1, 100, "years"),
        ("grace", loan.grace_years, 0, 99, "years"),
    )
    for name, value, low, high, unit in bounds:
        if not low <= value <= high:
            raise InputError(
                f"{what}: {name} {value:g}: give a value from {low:,.0f} to {high:,.0f} {unit}"
                .rstrip()
            )  # fmt: skip
    if loan.grace_years >= loan.maturity_years:
        raise InputError(
            f"{what}: grace of {loan.grace_years} years, but maturity of {loan.maturity_years}; "
            "grace must end before the last payment"
        )
    if loan.start + loan.over_years - 1 > last:
        raise InputError(f"{what}: disbursed after {last}, the last year of the projection")


def template(iso3: str) -> bytes:
    """The input workbook of a country: filled where inputs are prepared, else blank.

    Raises
    ------
    NotFound
        If there is no such economy.
    """
    from datetime import UTC, datetime

    from beltroad.evidence import economies
    from beltroad.finance.debt.io.template import workbook_bytes

    if iso3 in codes():
        return workbook_bytes(inputs_of(iso3))
    try:
        code = economies.iso3(iso3) if iso3 else ""
    except InputError as error:
        raise NotFound(str(error)) from None
    return workbook_bytes(None, iso3=code, first_year=datetime.now(UTC).year)
