"""Tariffs of the base year by industry and pair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from beltroad import evidence
from beltroad.errors import InputError, suggest
from beltroad.trade.calibration import Array
from beltroad.trade.imputed import REST_OF_WORLD
from beltroad.trade.levers.industries import tariff_class
from beltroad.trade.levers.pairs import PARTIAL, SHALLOW, agreement_level

__all__ = ["REST_OF_WORLD", "base_tariffs", "importer_tariffs"]


def importer_tariffs(economies: Sequence[str], industries: Sequence[str]) -> Array:
    """Tariff of each importer on partners without an agreement, as a share of value.

    Returns
    -------
    ndarray (J, N)
        ``[industry, importer]``; zero for services. The rest of the world pays the median.

    Raises
    ------
    InputError
        If an economy is not in the table, or an industry is not an ICIO code.
    """
    table = evidence.load("applied_tariffs").set_index("iso3")
    known = {*table.index, REST_OF_WORLD}
    for code in economies:
        if code not in known:
            raise InputError(f"no tariff for economy {code!r}. {suggest(code, known)}".strip())
    columns = tariff_class(industries)
    rates = {"": np.zeros(len(economies))}
    for group in ("agriculture", "minerals", "manufactures"):
        column = table[f"{group}_pct"]
        rates[group] = (
            column.reindex(list(economies)).fillna(column.median()).to_numpy(float) / 100.0
        )
    return np.array([rates[group] for group in columns])


def base_tariffs(
    economies: Sequence[str], industries: Sequence[str], *, partial_left: float | None = None
) -> Array:
    """One plus the ad valorem tariff in 2022, ``[industry, importer, exporter]``.

    Partners in a customs union or free trade agreement, and those that a one-sided scheme
    frees, pay nothing; partners in a partial scope agreement pay a part; others pay the
    importer's weighted mean most-favoured-nation tariff. A few pairs have a rate of their own.

    Parameters
    ----------
    partial_left
        Part of the tariff that partners in a partial scope agreement pay; by default the
        assumption ``psa_tariff_left``.
    """
    if partial_left is None:
        assumed = evidence.load("lever_assumptions").set_index("assumption")["central"]
        partial_left = float(assumed["psa_tariff_left"]) / 100.0
    if not 0.0 <= partial_left <= 1.0:
        raise InputError(f"partial_left {partial_left:g} must lie between 0 and 1")
    level = agreement_level(economies)
    paid = np.select([level >= SHALLOW, level == PARTIAL], [0.0, partial_left], default=1.0)
    np.fill_diagonal(paid, 0.0)
    rate = importer_tariffs(economies, industries)[:, :, None] * paid
    place = {code: k for k, code in enumerate(economies)}
    goods = np.array([group != "" for group in tariff_class(industries)])
    pairs = evidence.load("tariff_pairs")
    for importer, exporter, pct in zip(
        pairs["importer"], pairs["exporter"], pairs["tariff_pct"], strict=True
    ):
        if importer in place and exporter in place:
            rate[goods, place[importer], place[exporter]] = float(pct) / 100.0
    return np.asarray(1.0 + rate)
