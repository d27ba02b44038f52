"""What a counterfactual says, as tables with the user's own labels and unit of money."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from beltroad.trade.calibration import Calibration
from beltroad.trade.equilibrium import Equilibrium
from beltroad.trade.welfare import country_results, decomposition, industry_results

__all__ = ["TradeResult"]


@dataclass(frozen=True)
class TradeResult:
    """A solved counterfactual beside the accounts that it started from. Money as in the data.

    ``calibration`` is the economy before: where deficits were removed first, the one without.
    """

    calibration: Calibration
    equilibrium: Equilibrium
    deficits: str
    tolerance: float
    seconds: float
    source: str
    digest: str
    findings: pd.DataFrame
    repairs: pd.DataFrame
    imputed: tuple[str, ...]

    @cached_property
    def decomposition(self) -> pd.DataFrame:
        """First-order sources of the change of real income, percent; see `decomposition`."""
        return decomposition(self.calibration, self.equilibrium).rename_axis("country")

    @cached_property
    def countries(self) -> pd.DataFrame:
        """One row a country; changes in percent, money in the data's unit.

        ``real_income_change_pct`` is exact; ``welfare_formula_pct`` is the published first-order
        formula, the sum of ``terms_of_trade_pct``, ``volume_of_trade_pct`` and
        ``iceberg_efficiency_pct``.
        """
        c, e = self.calibration, self.equilibrium
        own, parts = country_results(c, e), self.decomposition
        formula = ["terms_of_trade_pct", "volume_of_trade_pct", "iceberg_efficiency_pct"]
        return pd.DataFrame(
            {
                "country": list(c.economies),
                "real_income_change_pct": own["real_income_change_pct"].to_numpy(),
                "real_wage_change_pct": own["real_wage_change_pct"].to_numpy(),
                "welfare_formula_pct": parts[formula].sum(axis=1).to_numpy(),
                **{name: parts[name].to_numpy() for name in formula},
                "wage_change_pct": 100.0 * np.expm1(e.ln_wage),
                "exports_change_pct": own["exports_change_pct"].to_numpy(),
                "imports_change_pct": own["imports_change_pct"].to_numpy(),
                "exports_volume_change_pct": own["exports_volume_change_pct"].to_numpy(),
                "imports_volume_change_pct": own["imports_volume_change_pct"].to_numpy(),
                "income_before": c.income,
                "real_income_change": own["real_income_change_usd"].to_numpy(),
                "value_added_before": c.value_added,
                "tariff_revenue_before": c.tariff_revenue,
                "tariff_revenue_after": e.tariff_revenue,
                "deficit_before": c.deficit,
                "deficit_after": e.deficit,
                "exports_before": own["exports_usd"].to_numpy(),
                "imports_before": own["imports_usd"].to_numpy(),
                "bill_paid": e.bill_paid,
                "bill_received": e.bill_received,
                "imputed": [name in self.imputed for name in c.economies],
            }
        )

    @cached_property
    def trade(self) -> pd.DataFrame:
        """Flows before tariff, own sales included; flows that are zero before and after left out.

        ``importer, exporter, sector, before, after, change_pct``; by sector, importer, exporter.
        """
        c = self.calibration
        old, new = c.trade_usd, self.equilibrium.trade_usd
        sector, importer, exporter = np.nonzero((old > 0) | (new > 0))
        before, after = old[sector, importer, exporter], new[sector, importer, exporter]
        ratio = np.divide(after, before, out=np.full(len(before), np.nan), where=before > 0)
        names, kinds = np.array(c.economies, object), np.array(c.industries, object)
        return pd.DataFrame(
            {
                "importer": names[importer],
                "exporter": names[exporter],
                "sector": kinds[sector],
                "before": before,
                "after": after,
                "change_pct": 100.0 * (ratio - 1.0),
            }
        )

    @cached_property
    def industries(self) -> pd.DataFrame:
        """Output, exports and imports by country and sector, before and after."""
        table = industry_results(self.calibration, self.equilibrium)
        table = table.rename(columns={"iso3": "country", "industry": "sector"})
        return table.rename(columns=lambda name: name.replace("_usd", ""))

    @property
    def real_income(self) -> pd.Series[float]:
        """Exact change of real income, percent."""
        return self.countries.set_index("country")["real_income_change_pct"]

    @property
    def wages(self) -> pd.Series[float]:
        """Wages after over before, with world value added as numeraire."""
        names = pd.Index(self.calibration.economies, name="country")
        return pd.Series(np.exp(self.equilibrium.ln_wage), index=names, name="wage")

    @property
    def residuals(self) -> dict[str, float]:
        """How far each condition is from holding, relative; the largest over countries."""
        return asdict(self.equilibrium.residuals)

    @property
    def about(self) -> dict[str, Any]:
        """How it was solved: steps, residuals, seconds, tolerance, deficits, repairs, digest."""
        c, e = self.calibration, self.equilibrium
        return {
            "source": self.source,
            "countries": len(c.economies),
            "sectors": len(c.industries),
            "method": e.method,
            "iterations": e.steps,
            "residuals": self.residuals,
            "tolerance": self.tolerance,
            "seconds": round(self.seconds, 4),
            "deficits": self.deficits,
            "findings": len(self.findings),
            "repairs": len(self.repairs),
            "imputed": list(self.imputed),
            "digest": self.digest,
        }
