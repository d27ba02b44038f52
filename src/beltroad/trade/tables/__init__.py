"""Any data set for the trade model: tidy tables in, accounts that close out."""

from beltroad.trade.tables.accounts import Accounts, read_accounts
from beltroad.trade.tables.checks import LIMITS, AccountsError, Finding, balance, findings
from beltroad.trade.tables.faults import TablesError
from beltroad.trade.tables.layout import LAYOUT, read_folder, read_table
from beltroad.trade.tables.repair import Closed, base_of, close, from_equilibrium
from beltroad.trade.tables.shock import SHOCK, Shock, read_shock

__all__ = [
    "LAYOUT",
    "LIMITS",
    "SHOCK",
    "Accounts",
    "AccountsError",
    "Closed",
    "Finding",
    "Shock",
    "TablesError",
    "balance",
    "base_of",
    "close",
    "findings",
    "from_equilibrium",
    "read_accounts",
    "read_folder",
    "read_shock",
    "read_table",
]
