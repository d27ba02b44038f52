r"""Freight emissions of goods trade with and without the portfolio, and what building it emits.

For exporter a and importer b, T containers (TEU) of goods a year and e(s) kilograms of CO2e per
TEU at shares s of land and 1 - s of sea, well to wheel along the fastest ways, earlier state 0 and
later state 1:

.. math::

    \underbrace{T [e_1(s_1) (1 + g) - e_0(s_0)]}_{\text{all}}
    = \underbrace{T [e_1(s_0) - e_0(s_0)]}_{\text{routes}}
    + \underbrace{T [e_1(s_1) - e_1(s_0)]}_{\text{mode}}
    + \underbrace{T g\, e_1(s_1)}_{\text{rebound}},

with g the change of the volume of goods traded. Volumes held, g is 0. Each pair's emissions are
put to its exporter and its importer by half, so that economies add up to the world.

One TEU stands for ``cargo_value_usd_per_teu`` of goods of agriculture and manufacturing, refined
petroleum left out, as in :mod:`beltroad.appraisal.disruption`: what goes in bulk is not in the
totals. Factors and their published neighbours: table ``green_freight_factors``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import trade
from beltroad.appraisal.cache import digest_of
from beltroad.appraisal.disruption import BOXED_SECTIONS, NOT_BOXED
from beltroad.appraisal.economy import Economy, Outcome, calibrated
from beltroad.appraisal.levels import days_of
from beltroad.appraisal.transport import Shipments, Transport
from beltroad.infrastructure.network import Network
from beltroad.infrastructure.pricing.weights import LinkWeights
from beltroad.infrastructure.shipments.router import at_hinterland, land_ways
from beltroad.infrastructure.shipments.searoutes import join_sea
from beltroad.risk.green import classify, construction_emissions

__all__ = [
    "FREIGHT_MODES", "WORLD", "ModeWays", "freight_emissions", "green_projects",
    "held_change_pct", "mode_ways", "payback_years", "weights_by_mode",
]  # fmt: skip

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
WORLD = "WLD"
FREIGHT_MODES = ("rail", "road", "ferry", "water", "sea")
PARTS = ("routes", "mode", "rebound")
TONNES_PER_KG = 1e-3


@dataclass(frozen=True)
class ModeWays:
    """Kilograms of CO2e per TEU by mode on the fastest ways between cities of one state.

    ``land`` and ``sea`` have shape (modes, cities, cities) in the order of ``FREIGHT_MODES``; 0
    where there is no way.
    """

    land: Floats
    sea: Floats


def freight_emissions(
    economy: Economy, central: Outcome, pairs: pd.DataFrame,
    modes: Mapping[str, ModeWays] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Table ``freight_emissions``: tonnes CO2e a year by economy, the world (``WLD``) first.

    Parameters
    ----------
    economy, central, pairs
        The economic stage, its central case and the table ``pairs``. With the equilibria kept the
        volume of boxed goods counts; else the value of all trade in ``pairs`` stands for it.
    modes
        Ways by mode in the states ``before`` and ``after``, from :func:`mode_ways`.

    Returns
    -------
    DataFrame
        ``iso3``; ``emissions_before_t``; the changes ``routes_change_t``, ``mode_change_t`` and
        ``rebound_change_t``; ``emissions_after_t``; ``held_change_pct`` (volumes held) and
        ``change_pct``; by way ``land_way_before_t``, ``sea_way_after_t`` and so on (a sea way has
        land at its ends); by mode ``rail_before_t`` and so on (NaN without ``modes``);
        ``teu_before`` a year, ``teu_change_pct``.
    """
    volume = _volumes(economy, central, pairs)
    split = economy.measure(central.case).split
    share = {s: split.shares_at(days_of(economy.ways.of(s))) for s in ("before", "after")}
    kg = {s: economy.ways.of(s) for s in ("before", "after")}
    mean = economy.weights.mean
    held, more = volume.teu, volume.teu * (1 + volume.growth)
    land = {s: _tonnes(mean(share[s] * _row(kg[s].land)), held) for s in share}
    sea = {s: _tonnes(mean((1 - share[s]) * _row(kg[s].sea)), held) for s in share}
    routes = _tonnes(mean(_at_shares(share["before"], kg["after"], kg["before"])), held)
    before, stays = land["before"] + sea["before"], land["after"] + sea["after"]
    rebound = stays * volume.growth
    columns = {
        "emissions_before_t": before,
        "routes_change_t": routes - before,
        "mode_change_t": stays - routes,
        "rebound_change_t": rebound,
        "emissions_after_t": stays + rebound,
    }
    grown = 1 + volume.growth
    columns |= {"land_way_before_t": land["before"], "land_way_after_t": land["after"] * grown}
    columns |= {"sea_way_before_t": sea["before"], "sea_way_after_t": sea["after"] * grown}
    for k, name in enumerate(FREIGHT_MODES):
        for state in ("before", "after"):
            column = f"{name}_{state}_t"
            if modes is None:
                columns[column] = np.full_like(before, np.nan)
                continue
            way, part = modes[state], share[state]
            found = part * way.land[k] + (1 - part) * way.sea[k]
            columns[column] = _tonnes(mean(found), held) * (grown if state == "after" else 1.0)
    columns |= {"teu_before": np.where(np.isnan(before), np.nan, held) / TONNES_PER_KG}
    columns |= {"teu_after": np.where(np.isnan(before), np.nan, more) / TONNES_PER_KG}
    out = _by_economy(volume.codes, columns)
    with np.errstate(invalid="ignore", divide="ignore"):
        base = out["emissions_before_t"].where(out["emissions_before_t"] > 0)
        moved = out["routes_change_t"] + out["mode_change_t"]
        out["held_change_pct"] = 100 * moved / base
        out["change_pct"] = 100 * (out["emissions_after_t"] / base - 1)
        out["teu_change_pct"] = 100 * (out.pop("teu_after") / out["teu_before"] - 1)
    return out


def held_change_pct(economy: Economy, central: Outcome, pairs: pd.DataFrame) -> float:
    """Change of freight emissions of the accounts' year, volumes held, percent; the headline.

    Each pair's emissions per TEU are those of the fastest land and sea ways at the mode shares of
    the state; pairs weigh by the value of all their trade, services included.
    """
    split = economy.measure(central.case).split
    place = pd.Index(economy.weights.countries)
    a, b = (place.get_indexer(pd.Index(pairs[side])) for side in ("exporter", "importer"))
    there = (a >= 0) & (b >= 0) & pairs["trade_usd"].notna().to_numpy()
    a, b, usd = a[there], b[there], pairs["trade_usd"].to_numpy(float)[there]
    total = []
    for ways in (economy.ways.before, economy.ways.after):
        mean = economy.weights.mean(_at_shares(split.shares_at(days_of(ways)), ways))
        total.append(float(np.nansum(mean[a, b] * usd)))
    return 100 * (total[1] / total[0] - 1) if total[0] > 0 else 0.0


def mode_ways(transport: Transport, role: str) -> ModeWays:
    """Emissions by mode on the very ways of a state that :meth:`Transport.state` has.

    Hours are minimised as there; in place of money and the sum, emissions of each mode are
    carried along, so that modes add up to the sum but for rounding to single precision.
    """
    there = transport.presence[str(getattr(transport.states, role))]
    changed = bool(transport.scenario.reforms) or bool(transport.inputs.schedules)
    reformed = role == "after" and changed

    def compute() -> dict[str, Floats]:
        router, network = transport.router, transport.programme.network
        weights, ports = transport.weigh(there, reformed=reformed)
        ways = land_ways(router, weights_by_mode(network, weights))
        parts = (_sea_carries(part) for part in ports.rows(transport.voyages))
        by_sea = join_sea(*at_hinterland(router, ways), *parts)
        cities = len(router.cities)
        return {"land": _known(ways[1:, :cities, :cities]), "sea": _known(by_sea[1:])}

    key = digest_of("by mode", transport.key(there, reformed=reformed))
    stored = transport.cache.get_or("freight_modes", key, compute)
    return ModeWays(stored["land"], stored["sea"])


def weights_by_mode(network: Network, weights: LinkWeights) -> LinkWeights:
    """Hours, then kilograms of CO2e of each of ``FREIGHT_MODES`` per link, shape (6, links).

    Lorries, besides on roads, bring goods to and from every terminal.
    """
    on = {m: network.has_mode(m) for m in FREIGHT_MODES if m not in ("road", "sea")}
    on["road"] = ~np.logical_or.reduce([*on.values(), network.has_mode("sea", "port_sea")])
    on["sea"] = np.zeros(len(network.links), np.bool_)

    def carried(rows: Floats) -> Floats:
        kg = [np.where(on[m], rows[2], 0) for m in FREIGHT_MODES]
        return np.stack([rows[0], *kg]).astype(np.float32)

    return LinkWeights(carried(weights.forward), carried(weights.backward))


def _sea_carries(part: Floats) -> Floats:
    """Hours, then emissions by mode: those of ships alone; of rows hours, usd, kg CO2e."""
    none = np.zeros((len(FREIGHT_MODES) - 1, *part.shape[1:]), np.float32)
    return np.concatenate([part[:1], none, part[2:3]])


def green_projects(costed: pd.DataFrame, *, saving_t_a: float | None = None) -> pd.DataFrame:
    """Table ``green_projects``: class, reasons and building emissions of each new project.

    Parameters
    ----------
    costed
        Projects of the comparison with ``new``, as the appraisal costs them.
    saving_t_a
        Fall of freight emissions of the world, tonnes CO2e a year; sets the payback of the whole.

    Returns
    -------
    DataFrame
        One row a project, and a row ``all`` with the sums (projects without a figure left out)
        and the years until saved freight emissions have made up for building: ``inf`` where
        freight emissions do not fall.
    """
    new = costed[costed["new"]].reset_index(drop=True)
    classes, built = classify(new), construction_emissions(new)
    amounts = ["construction_low_t", "construction_central_t", "construction_high_t"]
    named = {"id": "id", "name": "name", "green_type": "green_type",
             "class_before": "class_before", "class_after": "class_after",
             "class_if_mitigated": "class_if_mitigated", "area_rule": "area_rule",
             "reason": "reason", "basis": "class_basis", "source": "class_source"}  # fmt: skip
    out = classes[list(named)].rename(columns=named)
    out[amounts] = built[amounts].to_numpy(float)
    out["construction_basis"] = built["construction_basis"]
    out["construction_fallback"] = built["construction_fallback"]
    years = [f"payback_{bound}_years" for bound in ("low", "central", "high")]
    out[years] = np.nan
    known = int(built["construction_central_t"].notna().sum())
    counts = classes["class_before"].replace("", "no class").value_counts()
    total: dict[str, Any] = dict.fromkeys(out.columns, "") | {
        "id": "all", "name": "All new projects",
        "reason": ", ".join(f"{n} {c}" for c, n in counts.items()) or "no new project",
        "construction_basis": f"{known} of {len(new)} projects with a figure",
    }  # fmt: skip
    for amount, year in zip(amounts, years, strict=True):
        total[amount] = float(built[amount].sum())
        total[year] = payback_years(total[amount], saving_t_a)
    return pd.concat([pd.DataFrame([total]), out], ignore_index=True)


def payback_years(construction_t: float, saving_t_a: float | None) -> float:
    """Years of savings that make up for building; ``inf`` without savings, NaN if not known."""
    if saving_t_a is None or np.isnan(saving_t_a):
        return float("nan")
    if construction_t == 0:
        return 0.0
    return construction_t / saving_t_a if saving_t_a > 0 else float("inf")


@dataclass(frozen=True)
class _Volumes:
    """Thousands of TEU a year by pair (exporter, importer) of the weights, and their growth."""

    codes: NDArray[np.str_]
    teu: Array
    growth: Array


def _volumes(economy: Economy, central: Outcome, pairs: pd.DataFrame) -> _Volumes:
    if central.solved:
        accounts = calibrated(central.case)
        boxed = np.array([c[0] in BOXED_SECTIONS and c not in NOT_BOXED for c in
                          accounts.industries]) & accounts.goods  # fmt: skip
        accounts = replace(accounts, goods=boxed)
        old, new = (
            trade.bilateral_trade(accounts, central.solved[s], goods_only=True)
            for s in ("before", "after")
        )
        table = old[["exporter", "importer"]].assign(usd=old["before_usd"])
        with np.errstate(invalid="ignore", divide="ignore"):
            table["growth"] = (100 + new["volume_change_pct"]) / (
                100 + old["volume_change_pct"]
            ) - 1
    else:
        table = pairs[["exporter", "importer"]].assign(
            usd=pairs["trade_usd"], growth=pairs["trade_change_pct"] / 100
        )
    codes = np.asarray(economy.weights.countries)
    place = pd.Index(codes)
    a, b = (place.get_indexer(pd.Index(table[side])) for side in ("exporter", "importer"))
    there = (a >= 0) & (b >= 0)
    teu, growth = np.zeros((len(codes),) * 2), np.zeros((len(codes),) * 2)
    thousand = table["usd"].fillna(0.0).to_numpy() / economy.cargo_value_usd * TONNES_PER_KG
    teu[a[there], b[there]] = thousand[there]
    growth[a[there], b[there]] = table["growth"].fillna(0.0).to_numpy()[there]
    return _Volumes(codes, teu, growth)


def _tonnes(kg_per_teu: Array, thousand_teu: Array) -> Array:
    """Tonnes of pairs at these emissions; NaN where goods are traded but no way is known."""
    return np.where(thousand_teu > 0, kg_per_teu * thousand_teu, 0.0)


def _by_economy(codes: NDArray[np.str_], columns: Mapping[str, Array]) -> pd.DataFrame:
    """Half of each pair to either side; the world first. Pairs without a way are left out."""
    rows = {}
    for name, pair in columns.items():
        empty = np.isnan(pair).all()
        known = np.nan_to_num(pair)
        each = (known.sum(axis=0) + known.sum(axis=1)) / 2
        rows[name] = np.full(len(codes) + 1, np.nan) if empty else np.r_[known.sum(), each]
    out = pd.DataFrame({"iso3": [WORLD, *codes], **rows})
    return out[(out["emissions_before_t"] > 0) | (out["iso3"] == WORLD)].reset_index(drop=True)


def _at_shares(share: Array, ways: Shipments, fallback: Shipments | None = None) -> Array:
    """Kilograms per TEU between cities at shares of land.

    Where a mode with cargo is shut in these ways, that of ``fallback`` stands for it.
    """
    land, sea = (_row(kg, spare) for kg, spare in (
        (ways.land, fallback.land if fallback else None),
        (ways.sea, fallback.sea if fallback else None),
    ))  # fmt: skip
    return np.where(share > 0, share * land, 0.0) + np.where(share < 1, (1 - share) * sea, 0.0)


def _row(ways: Floats, spare: Floats | None = None) -> Array:
    """Emissions of ways: the last row (2 of 3); 0 where there is no way."""
    kg = ways[2] if spare is None else np.where(np.isfinite(ways[2]), ways[2], spare[2])
    return np.where(np.isfinite(kg), kg, 0.0).astype(np.float64)


def _known(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.float32(0)).astype(np.float32)
