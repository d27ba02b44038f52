"""An assessment on the terminal, whatever its framework."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from beltroad.cli import debt_bri, debt_print

if TYPE_CHECKING:
    from beltroad.finance.debt.report.case import LowIncome, Market

__all__ = ["show"]


def show(case: LowIncome | Market) -> None:
    """Print what was found."""
    from beltroad.finance.debt.report.case import Market

    if isinstance(case, Market):
        debt_bri.market(Console(), case.assessment, case.fans, case.beside, case.notes)
    elif case.bri is not None:
        debt_bri.low_income(Console(), case.bri, case.fans, case.beside)
    else:
        debt_print.show(Console(), case.assessment, case.fans, case.beside)
