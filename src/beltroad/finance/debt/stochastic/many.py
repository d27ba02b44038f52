"""Fans of many countries, one after another, that can be stopped and go on where they stopped.

With a folder every finished country is one file, written whole or not at all, that carries a key
over inputs, path, arguments, conventions and this code. A country whose file has
the key of what is asked is read, not run.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from beltroad.errors import InputError
from beltroad.files import check_writable, write_atomically
from beltroad.finance.debt import parameters
from beltroad.finance.debt.model import CountryInputs, DebtPath
from beltroad.finance.debt.stochastic.centre import QUANTITIES
from beltroad.finance.debt.stochastic.fan import Fan, fans
from beltroad.finance.debt.stochastic.settings import FanSettings

__all__ = ["Batch", "class_thresholds", "fan_from_dict", "fan_to_dict", "many"]

_ISO3 = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Batch:
    """What came of many countries.

    Attributes
    ----------
    fans
        By country, then quantity.
    failures
        Why a country could not be done.
    reused
        Countries that were read from the folder.
    """

    fans: Mapping[str, Mapping[str, Fan]]
    failures: Mapping[str, str]
    reused: tuple[str, ...]

    @property
    def probability(self) -> pd.DataFrame:
        """All probabilities: iso3, quantity, measure, year, value."""
        return self._joined(lambda f: f.probability, ["measure", "year", "value"])

    @property
    def quantiles(self) -> pd.DataFrame:
        """All quantiles: iso3, quantity, year, q05 to q95."""
        return self._joined(lambda f: f.quantiles.reset_index(), ["year"])

    def _joined(self, part: Callable[[Fan], pd.DataFrame], columns: list[str]) -> pd.DataFrame:
        parts = [
            part(f).assign(iso3=iso3, quantity=quantity)
            for iso3, found in self.fans.items()
            for quantity, f in found.items()
        ]
        if not parts:
            return pd.DataFrame(columns=["iso3", "quantity", *columns])
        table = pd.concat(parts, ignore_index=True)
        front = ["iso3", "quantity"]
        return table[front + [c for c in table.columns if c not in front]]


def many(
    inputs_list: Iterable[CountryInputs],
    *,
    paths: Mapping[str, DebtPath] | None = None,
    quantities: Sequence[str] = QUANTITIES,
    draws: int = 10_000,
    years: int = 20,
    method: str = "bootstrap",
    seed: int = 1,
    thresholds: Mapping[str, Mapping[str, float]] | None = None,
    settings: FanSettings | None = None,
    threads: int = 1,
    folder: Path | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Batch:
    """Fans of several countries; no country's figures depend on the others.

    Parameters
    ----------
    inputs_list
        Countries, each once.
    paths
        Centre by country; ``engine.project`` of its inputs where there is none.
    thresholds
        Per cent by country and quantity.
    folder
        Where results are kept; without one nothing is written.
    progress
        Called with the country and the share done, after each.
    quantities, draws, years, method, seed, settings, threads
        As in :func:`~beltroad.finance.debt.stochastic.fan.fans`.

    Raises
    ------
    InputError
        If a country comes twice or its code is not three capital letters. Anything else that is
        wrong with one country is told in ``failures``; the others go on.
    """
    countries = list(inputs_list)
    codes = [c.iso3 for c in countries]
    for code in codes:
        if not _ISO3.fullmatch(code):
            raise InputError(f"{code!r} is not an ISO 3166 alpha-3 code: three capital letters")
        if codes.count(code) > 1:
            raise InputError(f"{code} is given twice; give each country once")
    settings = settings or FanSettings.load()
    if folder is not None:
        check_writable(folder)
    found: dict[str, Mapping[str, Fan]] = {}
    failures: dict[str, str] = {}
    reused: list[str] = []
    for number, inputs in enumerate(countries, start=1):
        arguments: dict[str, Any] = {
            "quantities": list(quantities), "draws": draws, "years": years, "method": method,
            "seed": seed, "thresholds": dict((thresholds or {}).get(inputs.iso3, {})),
        }  # fmt: skip
        try:
            path = (paths or {}).get(inputs.iso3) or _baseline(inputs, years)
            key = _key(inputs, path, arguments, settings)
            kept = _read(folder, inputs.iso3, key)
            if kept is None:
                kept = fans(inputs, path, settings=settings, threads=threads, **arguments)
                _write(folder, inputs.iso3, key, kept)
            else:
                reused.append(inputs.iso3)
            found[inputs.iso3] = kept
        except InputError as error:
            failures[inputs.iso3] = str(error)
        if progress is not None:
            progress(inputs.iso3, number / len(countries))
    return Batch(found, failures, tuple(reused))


def class_thresholds(debt_carrying_capacity: str, on: str = "") -> dict[str, float]:
    """Thresholds of the low-income framework for a class (weak, medium, strong), per cent."""
    values = parameters.load("lic-dsf", on).values
    start = f"threshold.{debt_carrying_capacity}."
    found = {name[len(start) :]: v for name, v in values.items() if name.startswith(start)}
    if not found:
        raise InputError(
            f"no thresholds for the class {debt_carrying_capacity!r}: weak, medium or strong"
        )
    return {q: found[q] for q in QUANTITIES if q in found}


def fan_to_dict(fan: Fan) -> dict[str, Any]:
    """A fan as plain values for JSON; floats keep every bit, NaN becomes None."""
    plain = {
        name: getattr(fan, name)
        for name in ("iso3", "scenario", "quantity", "method", "seed", "draws", "notes")
    }
    return plain | {
        "threshold_pct": _number(fan.threshold_pct),
        "limit_pct": _number(fan.limit_pct),
        "years": [int(y) for y in fan.quantiles.index],
        "baseline": _numbers(fan.baseline),
        "quantiles": {str(c): _numbers(fan.quantiles[c]) for c in fan.quantiles},
        "probability": {
            "measure": list(fan.probability["measure"]),
            "year": [int(y) for y in fan.probability["year"]],
            "value": _numbers(fan.probability["value"]),
        },
        "terminal": _numbers(fan.terminal),
        "moments": {name: _number(v) for name, v in fan.moments.items()},
        "drivers": {
            "driver": list(fan.drivers["driver"]),
            "sd": _numbers(fan.drivers["sd"]),
            "persistence": _numbers(fan.drivers["persistence"]),
        },
    }


def fan_from_dict(plain: Mapping[str, Any]) -> Fan:
    """The inverse of :func:`fan_to_dict`."""
    years = pd.Index(plain["years"], name="year")
    nan = float("nan")
    probability = pd.DataFrame(plain["probability"], columns=["measure", "year", "value"])
    return Fan(
        **{n: plain[n] for n in ("iso3", "scenario", "quantity", "method", "seed", "draws")},
        notes=tuple(plain["notes"]),
        threshold_pct=nan if plain["threshold_pct"] is None else plain["threshold_pct"],
        limit_pct=nan if plain["limit_pct"] is None else plain["limit_pct"],
        quantiles=pd.DataFrame(plain["quantiles"], years, dtype=np.float64),
        probability=probability.astype({"measure": str, "year": np.int64, "value": np.float64}),
        terminal=pd.Series(
            plain["terminal"], pd.Index(range(1, 100), name="per_cent"), np.float64, "value"
        ),
        moments={n: nan if v is None else v for n, v in plain["moments"].items()},
        baseline=pd.Series(plain["baseline"], years, np.float64, plain["quantity"]),
        drivers=pd.DataFrame(plain["drivers"]),
    )


def _baseline(inputs: CountryInputs, years: int) -> DebtPath:
    from beltroad.finance.debt.dynamics.engine import project

    return project(inputs, years=years)


def _key(
    inputs: CountryInputs, path: DebtPath, arguments: Mapping[str, Any], settings: FanSettings
) -> str:
    """Digest of all that the figures rest on."""
    content = {
        "code": [_code(), np.__version__],
        "inputs": [inputs.iso3, _table(inputs.series), sorted(
            (name, repr(value)) for name, value in inputs.settings.items()
        )],
        "path": [path.iso3, path.scenario, path.first_year, _table(path.table)],
        "arguments": arguments,
        "settings": dataclasses.asdict(settings),
    }  # fmt: skip
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@cache
def _code() -> str:
    """Digest of this package's source: other code may give other figures."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _table(table: pd.DataFrame) -> list[Any]:
    ordered = table[sorted(table.columns)]
    return [list(ordered.columns), [int(y) for y in ordered.index],
            hashlib.sha256(ordered.to_numpy(np.float64).tobytes()).hexdigest()]  # fmt: skip


def _read(folder: Path | None, iso3: str, key: str) -> dict[str, Fan] | None:
    if folder is None:
        return None
    try:
        kept = json.loads((folder / f"{iso3}.json").read_text(encoding="utf-8"))
        if kept["key"] != key:
            return None
        return {plain["quantity"]: fan_from_dict(plain) for plain in kept["fans"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not there, or not a file of ours: run the country


def _write(folder: Path | None, iso3: str, key: str, found: Mapping[str, Fan]) -> None:
    if folder is None:
        return
    content = {"key": key, "fans": [fan_to_dict(f) for f in found.values()]}
    text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    write_atomically(folder / f"{iso3}.json", text.encode())


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _numbers(values: pd.Series) -> list[float | None]:
    return [_number(v) for v in values]
