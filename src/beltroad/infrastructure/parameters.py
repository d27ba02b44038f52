"""Network parameters: one sourced row each, by parameter, mode and country group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import DataError, InputError, suggest

__all__ = ["NetworkParameters", "parameter_keys"]


def parameter_keys(table: pd.DataFrame) -> list[str]:
    """``parameter.mode.group`` of every row of the table, leaving out what is empty."""
    parts = table[["parameter", "mode", "country_group"]].to_numpy()
    return [".".join(p for p in row if p) for row in parts]


@dataclass(frozen=True)
class NetworkParameters:
    """Values by ``parameter.mode.group`` (empty parts left out), with overrides applied."""

    values: Mapping[str, float]

    @staticmethod
    def of(table: pd.DataFrame, overrides: Mapping[str, float]) -> NetworkParameters:
        """From the bundled table and a scenario's own values.

        Raises
        ------
        InputError
            If an override names no row of the table.
        """
        values = dict(zip(parameter_keys(table), table["value"].astype(float), strict=True))
        for key, value in overrides.items():
            if key not in values:
                raise InputError(f"no network parameter {key!r}. {suggest(key, values)}".strip())
            values[key] = float(value)
        return NetworkParameters(values)

    def one(self, key: str) -> float:
        """The value of one row.

        Raises
        ------
        DataError
            If the table has no such row.
        """
        if key not in self.values:
            raise DataError(
                f"network_parameters lacks {key!r}. {suggest(key, self.values)}".strip()
            )
        return self.values[key]

    def by_group(self, parameter: str, groups: NDArray[np.object_]) -> NDArray[np.float64]:
        """The value of ``parameter`` (with its mode, if any) for each country group."""
        found = {g: self.one(f"{parameter}.{g}") for g in np.unique(groups.astype(str))}
        return np.array([found[str(g)] for g in groups], np.float64)
