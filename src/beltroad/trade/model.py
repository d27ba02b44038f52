"""The trade model on any data set: tables in, counterfactual out.

::

    model = TradeModel.from_folder("examples/trade/data")
    result = model.solve(shock=pandas.read_csv("examples/trade/shock.csv"))
    result.countries, result.trade, result.residuals

See ``docs/how-to/trade-model.md`` for the tables and ``docs/methods/trade.md`` for the model.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from numbers import Real
from pathlib import Path

import numpy as np
import pandas as pd

from beltroad.errors import InputError
from beltroad.trade.bill import Bill
from beltroad.trade.calibration import Array, Calibration, calibrate
from beltroad.trade.equilibrium import solve
from beltroad.trade.imputed import imputed_economies
from beltroad.trade.results import TradeResult
from beltroad.trade.tables import base_of, close, read_accounts, read_folder, read_shock
from beltroad.trade.tables.checks import COLUMNS
from beltroad.trade.tables.layout import PERCENT
from beltroad.trade.tables.repair import REPAIRS

__all__ = ["DEFICITS", "TradeModel"]

DEFICITS = ("keep", "zero", "share")
BALANCED = 1e-9


def _nothing(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=columns)


@dataclass(frozen=True)
class TradeModel:
    """An observed world economy, ready for counterfactuals. Never changed by solving.

    Attributes
    ----------
    calibration
        Shares and accounts, which close exactly.
    source
        Where the data come from.
    findings
        What did not add up in the data: ``what, country, sector, size, size_pct, verdict,
        remedy``.
    repairs
        What was changed for it: ``what, country, sector, before, after, change, change_pct``.
    imputed
        Economies whose accounts are imputed rather than observed.
    """

    calibration: Calibration
    source: str = "accounts"
    findings: pd.DataFrame = field(default_factory=lambda: _nothing(COLUMNS))
    repairs: pd.DataFrame = field(default_factory=lambda: _nothing(REPAIRS))
    imputed: tuple[str, ...] = ()

    @classmethod
    def from_tables(
        cls,
        flows: pd.DataFrame,
        io: pd.DataFrame,
        value_added: pd.DataFrame,
        elasticities: pd.DataFrame,
        *,
        tariffs: pd.DataFrame | None = None,
        consumption: pd.DataFrame | None = None,
        deficits: pd.DataFrame | None = None,
        repair: bool = False,
        source: str = "tables",
    ) -> TradeModel:
        """Model from tidy tables.

        Parameters
        ----------
        flows
            ``importer, exporter, sector, value``: before tariff, own sales included, in any one
            unit of money; absent rows are zero.
        io
            ``country, input_sector, using_sector, cost_share``.
        value_added
            ``country, sector, share`` of cost.
        elasticities
            ``sector, theta``, at least 1.
        tariffs
            ``importer, exporter, sector, rate``: fraction, 0.05 is 5 %; none by default.
        consumption
            ``country, sector, share`` of final spending; implied by the others by default.
        deficits
            ``country, value``: imports less exports; implied by the flows by default.
        repair
            Put small imbalances right; ``repairs`` then shows how.

        Raises
        ------
        TablesError
            With every fault of columns, labels and numbers.
        AccountsError
            With everything that does not add up, sizes and remedies.
        """
        accounts = read_accounts(
            {
                "flows": flows, "io": io, "value_added": value_added, "elasticities": elasticities,
                "tariffs": tariffs, "consumption": consumption, "deficits": deficits,
            },
            source,
        )  # fmt: skip
        done = close(accounts, source, repair=repair)
        return cls(done.calibration, source, done.findings, done.repairs)

    @classmethod
    def from_folder(cls, folder: str | Path, *, repair: bool = False) -> TradeModel:
        """Model from a folder of tables, each ``NAME.csv`` or ``NAME.parquet``."""
        if not isinstance(folder, str | Path):
            raise InputError(f"folder: expected a path, found {type(folder).__name__}")
        path = Path(folder)
        accounts = read_accounts(read_folder(path), str(path))
        done = close(accounts, str(path), repair=repair)
        return cls(done.calibration, str(path), done.findings, done.repairs)

    @classmethod
    def bundled(cls, elasticities: str = "uniform") -> TradeModel:
        """Model on the bundled accounts; ``elasticities`` as in `calibrate`."""
        return cls(calibrate(elasticities), "bundled accounts", imputed=imputed_economies())

    @classmethod
    def from_icio(cls, elasticities: str = "uniform") -> TradeModel:
        """Model on the bundled accounts: another name for `bundled`."""
        return cls.bundled(elasticities)

    @property
    def countries(self) -> tuple[str, ...]:
        """Labels of the economies."""
        return self.calibration.economies

    @property
    def sectors(self) -> tuple[str, ...]:
        """Labels of the sectors."""
        return self.calibration.industries

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the accounts: the same accounts, the same digest."""
        c = self.calibration
        total = hashlib.sha256(repr((c.economies, c.industries)).encode())
        for array in (c.pi, c.gamma, c.alpha, c.theta, c.value_added, c.deficit, c.tariff):
            total.update(np.ascontiguousarray(array).tobytes())
        return total.hexdigest()

    @cached_property
    def without_deficits(self) -> TradeModel:
        """The same economies with trade balanced: the equilibrium once deficits are gone."""
        c = self.calibration
        if np.abs(c.deficit).max() <= BALANCED * c.value_added.sum():
            return self
        return replace(self, calibration=base_of(c, "zero"))

    def solve(
        self,
        iceberg_change: Array | None = None,
        tariff: Array | None = None,
        shock: pd.DataFrame | None = None,
        *,
        deficits: str = "keep",
        theta: float | Sequence[float] | Array | None = None,
        bill: Bill | None = None,
        tolerance: float = 1e-10,
    ) -> TradeResult:
        """Counterfactual after a change of trade costs, tariffs or a bill.

        Parameters
        ----------
        iceberg_change : (J, N, N), optional
            Ratio of new to old iceberg cost ``[sector, importer, exporter]``; 1 is no change.
        tariff : (J, N, N), optional
            New ad valorem rates as fractions; zero on own sales; unchanged by default.
        shock
            Rules ``importer, exporter, sector`` (``*`` allowed) with ``tariff`` and/or
            ``iceberg_change``, applied to the two arrays; later rows win.
        deficits
            ``"keep"``: fixed in units of world value added; ``"share"``: a fixed share of the
            country's own value added; ``"zero"``: removed first, and results are relative to
            the economies without deficits.
        theta
            Trade elasticities in place of the model's (one, or one per sector).
        bill
            Who pays for infrastructure.
        tolerance
            Largest relative excess demand for labour, 1e-13 to 1e-8.

        Raises
        ------
        InputError
            If something has the wrong shape, label or size.
        ConvergenceError
            If the equilibrium was not reached; it names what holds it up.
        """
        if deficits not in DEFICITS:
            raise InputError(f"deficits {deficits!r}: choose one of {', '.join(DEFICITS)}")
        if not isinstance(tolerance, Real):
            raise InputError(f"tolerance {tolerance!r:.40}: expected a number, such as 1e-10")
        if bill is not None and not isinstance(bill, Bill):
            raise InputError(f"bill: expected a Bill, found {type(bill).__name__}")
        start = time.perf_counter()
        model = self
        if theta is not None:
            elasticities = _numbers("theta", theta)
            if elasticities.shape not in ((), (1,), (len(self.sectors),)):
                raise InputError(
                    f"theta has shape {elasticities.shape}; give one, or {len(self.sectors)} in "
                    "the order of the sectors"
                )
            model = replace(model, calibration=model.calibration.with_theta(elasticities))
        if deficits == "zero":
            model = model.without_deficits
        c = model.calibration
        ratio = np.ones_like(c.pi)
        if iceberg_change is not None:
            ratio = _numbers("iceberg_change", iceberg_change)
            if ratio.shape != c.pi.shape:
                raise InputError(
                    f"iceberg_change has shape {ratio.shape}, expected {c.pi.shape} "
                    "[sector, importer, exporter]"
                )
        rate = c.tariff - 1.0 if tariff is None else _rates(tariff, c)
        changed = tariff is not None
        if shock is not None:
            spread = read_shock(shock, c.economies, c.industries, rate, ratio)
            changed = changed or not np.array_equal(spread.tariff, rate)
            ratio, rate = spread.iceberg_change, spread.tariff
        equilibrium = solve(
            c,
            ratio,
            tariff=1.0 + rate if changed else None,
            deficits="keep" if deficits == "zero" else deficits,
            bill=bill,
            tolerance=tolerance,
        )
        return TradeResult(
            calibration=c,
            equilibrium=equilibrium,
            deficits=deficits,
            tolerance=tolerance,
            seconds=time.perf_counter() - start,
            source=self.source,
            digest=_digest(model.digest, deficits, ratio, rate),
            findings=self.findings,
            repairs=self.repairs,
            imputed=self.imputed,
        )


def _digest(accounts: str, deficits: str, ratio: Array, rate: Array) -> str:
    """SHA-256 of all that was put in: accounts, rule of deficits, costs and rates."""
    total = hashlib.sha256(f"{accounts} {deficits}".encode())
    for array in (ratio, rate):
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def _numbers(name: str, values: object) -> Array:
    """A copy as an array of real numbers."""
    try:
        found = np.array(values)
        if found.dtype.kind not in "bmMcUS":  # flags, dates, complex numbers, text
            return found.astype(float)
    except (TypeError, ValueError):
        pass
    raise InputError(f"{name}: expected numbers, found {type(values).__name__} {values!r:.40}")


def _rates(tariff: Array, c: Calibration) -> Array:
    """New tariff rates as a checked array of fractions."""
    rate = _numbers("tariff", tariff)
    if rate.shape != c.pi.shape:
        raise InputError(
            f"tariff has shape {rate.shape}, expected {c.pi.shape} [sector, importer, exporter]"
        )
    if not np.isfinite(rate).all() or (rate <= -1).any():
        raise InputError("tariff: rates must be finite and above -1 (fractions: 0.05 is 5 %)")
    if (np.einsum("jnn->jn", rate) != 0).any():
        raise InputError("tariff: rates on own sales must be zero (rates are fractions, not 1 + t)")
    if rate.max() > PERCENT:
        raise InputError(
            f"tariff: a rate of {rate.max():g} is {rate.max():.0%}; is it in percent? Rates are "
            "fractions: 0.05 is 5 %"
        )
    return rate
