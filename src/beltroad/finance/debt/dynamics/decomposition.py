r"""What drives debt: the change of a debt ratio split into flows that add up to it exactly.

External debt, public and private (LIC-DSF, debt dynamics of the external block):

.. math::
    d_t - d_{t-1} = \underbrace{-ca_t}_{\text{non-interest deficit}} - fdi_t
    + \frac{i - g - \rho (1 + g)}{1 + g + \rho + g \rho} d_{t-1} + \text{residual}

with :math:`\rho` the growth of the GDP deflator in USD. Public debt:

.. math::
    d_t - d_{t-1} = -pb_t + f_t + \frac{r - g}{1 + g} d_{t-1}
    + \frac{e (1 + r^x)}{1 + g} d^x_{t-1} + \text{residual}

with the real rate r weighted over external (x) and domestic debt and the real depreciation
:math:`e = (1 + \varepsilon)(1 + \pi^{US}) / (1 + \pi) - 1`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.finance.debt.model import DebtPath
from beltroad.finance.debt.parameters import Parameters, load

__all__ = ["EXTERNAL", "PUBLIC", "external", "public"]

EXTERNAL = ("non_interest_current_account_deficit", "direct_investment", "interest", "growth",
            "prices_and_exchange_rate", "residual")  # fmt: skip
"""Parts of the change of external debt, in % of GDP; inflows of investment are below 0."""

PUBLIC = ("primary_deficit", "other_flows", "project_loans", "real_interest", "growth",
          "real_exchange_rate", "residual")  # fmt: skip
"""Parts of the change of public debt, in % of GDP."""

Array = NDArray[np.float64]


def _frame(
    path: DebtPath, debt: Array, parts: dict[str, Array], names: tuple[str, ...]
) -> pd.DataFrame:
    change = np.diff(debt)
    parts["residual"] = change - sum(parts.values())
    columns = {"debt_pct_gdp": debt[1:], "change": change} | {name: parts[name] for name in names}
    return pd.DataFrame(columns, index=path.table.index[1:])


def external(path: DebtPath) -> pd.DataFrame:
    """Parts of the change of external debt (public and, where known, private), % of GDP by year.

    Interest is that on public debt, the only one inputs carry; interest on private debt stays in
    the current account.
    """
    table = path.table
    gdp = table["gdp_usd_mn"].to_numpy()
    stock = (table["external_ppg_debt_usd_mn"] + table["external_private_debt_usd_mn"]).to_numpy()
    debt = 100 * stock / gdp
    g = table["real_growth_pct"].to_numpy()[1:] / 100
    rho = gdp[1:] / gdp[:-1] / (1 + g) - 1
    denominator = 1 + g + rho + g * rho
    interest = table["external_interest_usd_mn"].to_numpy()[1:]
    account = table["current_account_usd_mn"].to_numpy()[1:]
    before = debt[:-1]
    parts = {
        "non_interest_current_account_deficit": -100 * (account + interest) / gdp[1:],
        "direct_investment": -100 * table["fdi_net_usd_mn"].to_numpy()[1:] / gdp[1:],
        "interest": 100 * interest / gdp[1:],
        "growth": -g * before / denominator,
        "prices_and_exchange_rate": -rho * (1 + g) * before / denominator,
    }
    return _frame(path, debt, parts, EXTERNAL)


def public(path: DebtPath, parameters: Parameters | None = None) -> pd.DataFrame:
    """Parts of the change of public debt, % of GDP by year.

    In B3, B4 and MF the residual is what the state borrows abroad for the economy, less what of it
    is repaid. Inflation abroad, ``stress.us_deflator_pct``, divides the return on external debt
    between real interest and the real exchange rate; their sum does not depend on it.
    """
    table = path.table
    chosen = parameters or load("lic-dsf")
    abroad = chosen["stress.us_deflator_pct"] / 100
    debt = table["public_debt_pct_gdp"].to_numpy()
    home = table["domestic_debt_pct_gdp"].to_numpy()
    foreign = debt - home
    prices = table["deflator_growth_pct"].to_numpy()[1:] / 100
    gdp = table["gdp_lcu_mn"].to_numpy()
    g = gdp[1:] / gdp[:-1] / (1 + prices) - 1  # growth of the public block
    fx = table["exchange_rate"].to_numpy()
    stock = table["fiscal_external_debt_usd_mn"].to_numpy()[:-1]
    owed = table["fiscal_external_interest_usd_mn"].to_numpy()[1:]
    rate = np.divide(owed, stock, out=np.zeros_like(owed), where=stock != 0)
    real_abroad = (rate - abroad) / (1 + abroad)
    # Interest over the stock carried into this year's prices is the nominal domestic rate.
    carried = home[:-1] / ((1 + g) * (1 + prices))
    paid = table["domestic_interest_pct_gdp"].to_numpy()[1:]
    own = np.divide(paid, carried, out=np.zeros_like(paid), where=carried != 0)
    real_home = (own - prices) / (1 + prices)
    depreciation = (fx[1:] / fx[:-1]) * (1 + abroad) / (1 + prices) - 1
    interest = (real_abroad * foreign[:-1] + real_home * home[:-1]) / (1 + g)
    lent = table["project_loans_usd_mn"].to_numpy()[1:] * fx[1:]
    parts = {
        "primary_deficit": -table["primary_balance_pct_gdp"].to_numpy()[1:],
        "other_flows": table["other_debt_flows_pct_gdp"].to_numpy()[1:],
        "project_loans": 100 * lent / gdp[1:],
        "real_interest": interest,
        "growth": -g * debt[:-1] / (1 + g),
        "real_exchange_rate": depreciation * foreign[:-1] * (1 + real_abroad) / (1 + g),
    }
    return _frame(path, debt, parts, PUBLIC)
