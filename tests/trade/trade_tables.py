"""The tidy tables of an economy, and small symmetric economies, for the tests of data sets."""

from __future__ import annotations

from pathlib import Path

import fastparquet
import numpy as np
import pandas as pd

from beltroad.trade import Calibration

Tables = dict[str, pd.DataFrame]


def long(values: np.ndarray, labels: dict[str, list[str]], name: str) -> pd.DataFrame:
    index = pd.MultiIndex.from_product(list(labels.values()), names=list(labels))
    return pd.Series(np.asarray(values).ravel(), index=index, name=name).reset_index()


def tables_of(c: Calibration, *, everything: bool = False) -> Tables:
    """Tables from which the accounts can be had back; ``everything`` adds the optional ones."""
    names, sectors = list(c.economies), list(c.industries)
    flow = {"sector": sectors, "importer": names, "exporter": names}
    out = {
        "flows": long(c.trade_usd, flow, "value"),
        "io": long(
            c.gamma, {"country": names, "input_sector": sectors, "using_sector": sectors},
            "cost_share",
        ),
        "value_added": long(c.beta, {"country": names, "sector": sectors}, "share"),
        "elasticities": pd.DataFrame({"sector": sectors, "theta": c.theta}),
    }  # fmt: skip
    if everything or (c.tariff != 1).any():
        out["tariffs"] = long(c.tariff - 1, flow, "rate")
    if everything:
        out["consumption"] = long(c.alpha, {"country": names, "sector": sectors}, "share")
        out["deficits"] = pd.DataFrame({"country": names, "value": c.deficit})
    return out


def symmetric(countries: int = 3, home: float = 0.7, theta: float = 4.0) -> Tables:
    """One sector without inputs in countries that are all alike."""
    names = [f"land {k}" for k in range(countries)]
    flow = np.full((1, countries, countries), (1 - home) / (countries - 1))
    flow[0, np.arange(countries), np.arange(countries)] = home
    return {
        "flows": long(flow, {"sector": ["all"], "importer": names, "exporter": names}, "value"),
        "io": pd.DataFrame(columns=["country", "input_sector", "using_sector", "cost_share"]),
        "value_added": pd.DataFrame({"country": names, "sector": "all", "share": 1.0}),
        "elasticities": pd.DataFrame({"sector": ["all"], "theta": [theta]}),
    }


def write(tables: Tables, folder: Path, suffix: str = ".csv") -> Path:
    """The tables as a folder of files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        if suffix == ".csv":
            table.to_csv(folder / f"{name}.csv", index=False)
        else:
            fastparquet.write(folder / f"{name}.parquet", table, write_index=False)
    return folder
