"""Appraising on the user's own accounts instead of the bundled ones.

A folder of tables (``docs/how-to/own-accounts.md``) stands in for the bundled accounts. Its
economies must be ISO 3166 alpha-3 codes, or ``ROW``, and its sectors ICIO industries, since days
in transit are known by economy and the value of a day by industry. What the results rest on is told
by the content of the folder, never by its path.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence, trade
from beltroad.errors import InputError, suggest
from beltroad.trade.calibration import ELASTICITY_SETS
from beltroad.trade.model import TradeModel
from beltroad.trade.tables import LAYOUT

if TYPE_CHECKING:
    from beltroad.appraisal.scenario import Scenario

__all__ = ["REST", "OwnAccounts", "beside", "own_accounts", "recorded"]

REST = "ROW"
ABOUT = "about.json"
UNIT = "unit_usd"
# World value added was 95 tn USD in 2022; money in millions or thousands falls outside these.
LEAST_USD, MOST_USD = 1e11, 1e16
SHOWN = 8
CENTRAL, LOW, HIGH = "central", "low", "high"


@dataclass(frozen=True)
class OwnAccounts:
    """A folder of accounts and the digest of its content. Equal content, equal results."""

    folder: str
    digest: str

    @classmethod
    def of(cls, folder: str | Path) -> OwnAccounts:
        """The accounts of a folder as they are now.

        Raises
        ------
        InputError
            If it is no folder or holds no table.
        """
        path = Path(folder)
        if not path.is_dir():
            raise InputError(f"{path}: is no folder; give trade_data a folder of tables")
        total, found = hashlib.sha256(), 0
        names = [f"{name}.{kind}" for name in LAYOUT for kind in ("csv", "parquet")]
        for name in sorted([*names, ABOUT]):
            if (path / name).is_file():
                found += name != ABOUT
                total.update(name.encode() + b"\0")
                total.update(hashlib.sha256((path / name).read_bytes()).digest())
        if not found:
            raise InputError(f"{path}: holds no table; flows.csv, io.csv, ... are expected")
        return cls(str(path), total.hexdigest())

    def calibration(self, elasticities: str = "uniform", theta: str = CENTRAL) -> trade.Calibration:
        """The calibration on these accounts, USD.

        Parameters
        ----------
        elasticities
            ``"uniform"``: those of the folder; another set: the bundled one by industry.
        theta
            ``"low"`` and ``"high"``: the elasticities scaled as the bundled range of the set is
            to its central value; never below 1.

        Raises
        ------
        InputError
            If the tables cannot be used, or have economies or sectors that are not known.
        """
        return _calibration(self, elasticities, theta)

    @property
    def sets(self) -> tuple[str, ...]:
        """Sets of elasticities that differ on these accounts; the folder's own comes first."""
        own = self.calibration().theta
        others = [s for s in ELASTICITY_SETS if s != "uniform"]
        return ("uniform", *(s for s in others if (self.calibration(s).theta != own).any()))

    def about(self) -> dict[str, Any]:
        """For the record of a run: what the accounts are, without the path."""
        c = self.calibration()
        told = _told(Path(self.folder))
        return {
            "folder": Path(self.folder).name, "digest": self.digest, "source": told.get("source"),
            "year": told.get("year"), "imputed": told.get("imputed", []),
            "notes": told.get("notes", []), "economies": len(c.economies),
            "industries": len(c.industries), "value_added_usd": float(c.value_added.sum()),
        }  # fmt: skip


def own_accounts(scenario: Scenario) -> OwnAccounts | None:
    """The scenario's own accounts, read and checked; None where it uses the bundled ones."""
    folder: str | None = getattr(scenario.parameters, "trade_data", None)
    if folder is None:
        return None
    found = OwnAccounts.of(folder)
    found.calibration()
    return found


def beside(folder: Path, data: dict[str, Any]) -> dict[str, Any]:
    """Content of a scenario file with ``trade_data`` made relative to the file, overrides too."""
    overrides = data.get("overrides")
    parts = [data, *(overrides.values() if isinstance(overrides, dict) else ())]
    for part in parts:
        parameters = part.get("parameters") if isinstance(part, dict) else None
        if isinstance(parameters, dict) and isinstance(parameters.get("trade_data"), str):
            parameters["trade_data"] = str(folder / parameters["trade_data"])
    return data


def recorded(scenario: Scenario) -> dict[str, Any]:
    """The scenario for ``run.json``: its own accounts by content, not by path."""
    out = scenario.model_dump(mode="json")
    own = own_accounts(scenario)
    if own is not None:
        out["parameters"]["trade_data"] = own.about()
    return out


@lru_cache(maxsize=2)
def _base(own: OwnAccounts) -> trade.Calibration:
    """Accounts in USD, checked, with the elasticities of the folder."""
    folder = Path(own.folder)
    told = _told(folder)
    unit = told.get(UNIT, 1.0)
    if isinstance(unit, bool) or not isinstance(unit, (int, float)) or not 0 < unit < 1e13:
        raise InputError(f"{folder / ABOUT}: {UNIT} {unit!r:.30} must be a number above zero")
    c = TradeModel.from_folder(folder).calibration
    _check_labels(folder, c)
    world = float(c.value_added.sum() * unit)
    if not LEAST_USD <= world <= MOST_USD:
        raise InputError(
            f"{folder}: value added of all economies is {world:.3g} USD, which is no world; "
            f'say the unit of money in {ABOUT}, such as {{"{UNIT}": 1000000}} for millions'
        )
    goods = evidence.load("icio_industries").set_index("industry")["is_goods"]
    return replace(
        c,
        value_added=c.value_added * unit,
        deficit=c.deficit * unit,
        sales=c.sales * unit,
        expenditure=c.expenditure * unit,
        goods=goods.loc[list(c.industries)].to_numpy(bool),
    )


@lru_cache(maxsize=8)
def _calibration(own: OwnAccounts, elasticities: str, theta: str) -> trade.Calibration:
    base = _base(own)
    low_high = trade.theta_range(elasticities)  # refuses an unknown set
    table = evidence.load("icio_industries").set_index("industry")
    at = table.index.get_indexer(pd.Index(base.industries))
    central = table[ELASTICITY_SETS[elasticities]].to_numpy(float)[at]
    values: NDArray[np.float64] = base.theta if elasticities == "uniform" else central
    if theta != CENTRAL:
        if theta not in low_high:
            raise InputError(f"theta {theta!r}: choose one of {CENTRAL}, {LOW}, {HIGH}")
        values = np.maximum(values * low_high[theta][at] / central, 1.0)
    return base if values is base.theta else base.with_theta(values)


def _check_labels(folder: Path, c: trade.Calibration) -> None:
    """Economies must be ISO codes and sectors ICIO industries."""
    iso3 = set(evidence.load("countries")["iso3"])
    unknown = [code for code in c.economies if code not in iso3 and code != REST]
    if unknown:
        raise InputError(
            f"{folder}: {_list(unknown)} in flows: no ISO 3166 alpha-3 code; use ISO codes, and "
            f"{REST} for all others. {suggest(unknown[0], iso3)}".strip()
        )
    valued = set(evidence.load("value_of_time")["industry"])
    valued &= set(evidence.load("icio_industries")["industry"])
    unknown = [code for code in c.industries if code not in valued]
    if unknown:
        raise InputError(
            f"{folder}: {_list(unknown)} in elasticities: no ICIO industry, so the value of a day "
            f"is not known; use the codes of `beltroad tables value_of_time`. "
            f"{suggest(unknown[0], valued)}".strip()
        )
    if len([code for code in c.economies if code != REST]) < 2:
        raise InputError(f"{folder}: at least two economies besides {REST} are needed")


def _list(codes: list[str]) -> str:
    shown = ", ".join(repr(c[:20]) for c in codes[:SHOWN])
    return shown + (f" and {len(codes) - SHOWN} more" if len(codes) > SHOWN else "")


def _told(folder: Path) -> dict[str, Any]:
    """What ``about.json`` says; empty where there is none."""
    path = folder / ABOUT
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: cannot be read ({str(error).splitlines()[0]})") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: is no JSON object")
    return found
