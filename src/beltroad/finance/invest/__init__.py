"""Two-way investment: a ledger of flows and stocks, balances, concentration, growth, checks."""

from beltroad.finance.invest.balance import Balance, balance, side_by_side
from beltroad.finance.invest.ledger import load, read, write
from beltroad.finance.invest.measures import Concentration, Growth, concentration, growth
from beltroad.finance.invest.overview import Overview, overview
from beltroad.finance.invest.reproduce import check
from beltroad.finance.invest.select import chosen, rows, seen_from, total, yearly
from beltroad.finance.invest.sources import sources
from beltroad.finance.invest.views import Ranking, Series, ranking, series

__all__ = [
    "Balance", "Concentration", "Growth", "Overview", "Ranking", "Series", "balance", "check",
    "chosen", "concentration", "growth", "load", "overview", "ranking", "read", "rows", "seen_from",
    "series", "side_by_side", "sources", "total", "write", "yearly",
]  # fmt: skip
