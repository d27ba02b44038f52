"""The sheet Checks of the input workbook: ratios as formulas, to see a slip of unit at a glance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from beltroad.finance.debt.io.layout import FIRST_YEAR_COLUMN, GRIDS, HEAD

if TYPE_CHECKING:
    from beltroad.finance.debt.io.template import _Template

__all__ = ["RATIOS", "write"]

Known: TypeAlias = dict[tuple[str, int], float]


@dataclass(frozen=True)
class Ratio:
    """One computed row: its inputs this year and last year, as a formula and as a number."""

    title: str
    now: tuple[str, ...]
    before: tuple[str, ...]
    formula: str
    value: Callable[..., float]


def _share(title: str, part: str, whole: str) -> Ratio:
    return Ratio(title, (part, whole), (), "100*{0}/{1}", lambda a, b: 100 * a / b)


RATIOS = (
    _share("exports, % of GDP", "exports_usd_mn", "gdp_usd_mn"),
    _share("imports, % of GDP", "imports_usd_mn", "gdp_usd_mn"),
    _share("current account, % of GDP", "current_account_usd_mn", "gdp_usd_mn"),
    _share("direct investment, net inflow, % of GDP", "fdi_net_usd_mn", "gdp_usd_mn"),
    _share("remittances, % of GDP", "remittances_usd_mn", "gdp_usd_mn"),
    _share("reserves, % of imports", "reserves_usd_mn", "imports_usd_mn"),
    _share("public external debt, % of GDP", "external_ppg_debt_usd_mn", "gdp_usd_mn"),
    Ratio("public domestic debt, % of GDP",
          ("public_debt_pct_gdp", "external_ppg_debt_usd_mn", "gdp_usd_mn"), (),
          "{0}-100*{1}/{2}", lambda a, b, c: a - 100 * b / c),
    Ratio("growth of GDP in USD, %", ("gdp_usd_mn",), ("gdp_usd_mn",),
          "100*({0}/{1}-1)", lambda a, b: 100 * (a / b - 1)),
    Ratio("growth of the USD deflator, %", ("gdp_usd_mn", "real_growth_pct"), ("gdp_usd_mn",),
          "100*(({0}/{2})/(1+{1}/100)-1)", lambda a, g, b: 100 * (a / b / (1 + g / 100) - 1)),
)  # fmt: skip


def write(template: _Template) -> None:
    """Write the sheet."""
    made = template.sheet("Checks", "Computed from Macro and Debt; not read back.")
    made.set_column(0, 0, 40)
    made.set_column(1, FIRST_YEAR_COLUMN - 1, 2)
    made.set_column(FIRST_YEAR_COLUMN, FIRST_YEAR_COLUMN + len(template.years) - 1, 10)
    made.write_string(HEAD, 0, "ratio", template.head())
    for j, year in enumerate(template.years, start=FIRST_YEAR_COLUMN):
        made.write_number(HEAD, j, year, template.head(num_format="0"))
    series = template.inputs.series if template.inputs is not None else pd.DataFrame()
    known: Known = {
        (str(name), int(str(year))): float(value)
        for name in series
        for year, value in series[name].items()
    }
    form = template.computed(num_format="0.0")
    for i, ratio in enumerate(RATIOS, start=HEAD + 1):
        made.write_string(i, 0, ratio.title, template.form())
        for j, year in enumerate(template.years, start=FIRST_YEAR_COLUMN):
            wanted = [(n, year) for n in ratio.now] + [(n, year - 1) for n in ratio.before]
            if any(y not in template.years for _, y in wanted):
                continue
            places = [template.cell(_sheet(n), n, y) for n, y in wanted]
            blank = ",".join(f'{p}=""' for p in places)
            text = f'=IF(OR({blank}),"",IFERROR({ratio.formula.format(*places)},""))'
            made.write_formula(i, j, text, form, _value(known, ratio, wanted))
    made.freeze_panes(HEAD + 1, 1)


def _sheet(name: str) -> str:
    return next(sheet for sheet, names in GRIDS.items() if name in names)


def _value(known: Known, ratio: Ratio, wanted: list[tuple[str, int]]) -> float | str:
    """The result that a reader without a spreadsheet program sees."""
    values = [known.get(key, float("nan")) for key in wanted]
    if any(v != v for v in values):
        return ""
    try:
        return ratio.value(*values)
    except ZeroDivisionError:
        return ""
