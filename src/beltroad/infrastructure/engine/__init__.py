"""The routing engine: contraction hierarchy, sweeps and the compiled loops behind them."""
