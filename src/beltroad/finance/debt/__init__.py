"""Debt sustainability: the frameworks for low-income and for market-financing countries."""
