r"""Who pays for a project, who builds it, and what flows between them a year.

Capital K with the annuity :math:`K \, \mathrm{CRF}(r, T)` (see :mod:`beltroad.finance.cost`) is
paid from four sources whose shares add up to one: taxes of the host, loans from abroad, equity
from abroad, grants. Seen over the life of the asset, a year costs

- the host: taxes and upkeep in full; of a loan, the annuity times the present value of its
  service per unit lent (below one for a soft loan, above one for a dear one); of equity, the
  annuity at the investor's return;
- lenders, investors and donors: the annuity of what they put in, spent on the works.

Works are bought from builders at home or abroad. After de Soyres, Mulabdic and Ruta (2020), who
let each economy pay for its own links by taxes; loans and builders from abroad are added here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.cost import capital_recovery_factor
from beltroad.finance.loan import service_ratio

__all__ = ["KINDS", "Sources", "payments"]

KINDS = ("works", "upkeep", "debt service", "profit")


@dataclass(frozen=True)
class Sources:
    """Where the capital of a project comes from and who builds; the rest is taxes and home.

    ``lenders``, ``investors``, ``donors`` and ``builders`` are shares by ISO 3166 alpha-3 code
    that add up to one; each is needed where its share is above zero. ``loan_share``,
    ``equity_share``, ``grant_share`` are shares of capital, ``builder_share`` the share of works
    done by builders from abroad.
    """

    loan_share: float = 0.0
    lenders: Mapping[str, float] = field(default_factory=dict)
    interest_rate: float = 0.03
    maturity_years: int = 20
    grace_years: int = 5
    equity_share: float = 0.0
    investors: Mapping[str, float] = field(default_factory=dict)
    return_rate: float = 0.10
    grant_share: float = 0.0
    donors: Mapping[str, float] = field(default_factory=dict)
    builder_share: float = 0.0
    builders: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given = self.loan_share + self.equity_share + self.grant_share
        if not given <= 1 + 1e-12:
            raise InputError(
                f"financing: loans, equity and grants make {given:g} of the capital; at most 1"
            )
        for share, codes, what in (
            (self.loan_share, self.lenders, "lenders"),
            (self.equity_share, self.investors, "investors"),
            (self.grant_share, self.donors, "donors"),
            (self.builder_share, self.builders, "builders"),
        ):
            if not 0 <= share <= 1:
                raise InputError(f"financing: the share of {what} is {share:g}; give 0 to 1")
            total = sum(codes.values())
            if any(not v >= 0 for v in codes.values()):
                raise InputError(f"financing: {what} {dict(codes)} has a share below 0")
            if share > 0 and abs(total - 1) > 1e-9:
                raise InputError(
                    f"financing: shares of {what} {dict(codes)} add up to {total:g}; make it 1, "
                    "as in { CHN = 1.0 }"
                )

    @property
    def taxes_share(self) -> float:
        """Share of capital paid by taxes of the host."""
        return 1.0 - self.loan_share - self.equity_share - self.grant_share

    def service_ratio(self, discount_rate: float) -> float:
        """What a unit borrowed costs in present value."""
        return service_ratio(
            self.interest_rate, self.maturity_years, self.grace_years, discount_rate=discount_rate
        )


def payments(
    projects: pd.DataFrame, sources: Sequence[Sources], *, discount_rate: float
) -> pd.DataFrame:
    """Yearly payments between economies for a set of projects.

    Parameters
    ----------
    projects
        One row a project and host: ``id``, ``host`` (ISO 3166 alpha-3), ``cost_usd`` (capital in
        this host), ``upkeep_usd`` a year, ``life_years``.
    sources
        Financing of each row.
    discount_rate
        Yearly rate as a fraction.

    Returns
    -------
    DataFrame
        ``project, host, kind, payer, receiver, usd`` (a year). ``works`` and ``upkeep`` buy
        construction of the receiver; ``debt service`` and ``profit`` are income of the receiver.
        Works over all payers add up to the annuity of capital. Lenders that are the host itself
        count as taxes.

    Raises
    ------
    InputError
        If lengths differ or a value is out of range.
    """
    if len(projects) != len(sources):
        raise InputError(f"{len(projects)} projects but {len(sources)} ways of financing")
    rows: list[tuple[Any, ...]] = []
    table = projects[["id", "host", "cost_usd", "upkeep_usd", "life_years"]]
    for (name, host, cost, upkeep, life), plan in zip(
        table.itertuples(index=False, name=None), sources, strict=True
    ):
        crf = float(capital_recovery_factor(discount_rate, life))
        annuity = cost * crf
        money = {host: plan.taxes_share * annuity}  # who puts it in
        dear = float(capital_recovery_factor(plan.return_rate, life)) / crf
        for share, codes, factor, kind in (
            (plan.loan_share, plan.lenders, plan.service_ratio(discount_rate), "debt service"),
            (plan.equity_share, plan.investors, dear, "profit"),
            (plan.grant_share, plan.donors, 0.0, ""),
        ):
            for code, part in codes.items():
                given = share * part * annuity
                money[code] = money.get(code, 0.0) + given
                if factor > 0 and code != host:
                    rows.append((name, host, kind, host, code, given * factor))
        builders = {host: 1.0 - plan.builder_share}
        for code, part in plan.builders.items():
            builders[code] = builders.get(code, 0.0) + plan.builder_share * part
        rows.extend(
            (name, host, "works", payer, builder, paid * part)
            for payer, paid in money.items()
            for builder, part in builders.items()
        )
        rows.append((name, host, "upkeep", host, host, upkeep))
    out = pd.DataFrame(rows, columns=["project", "host", "kind", "payer", "receiver", "usd"])
    if len(out) and not np.isfinite(out["usd"].to_numpy(float)).all():
        raise InputError("payments: cost_usd, upkeep_usd and life_years must be known and finite")
    return out[out["usd"] > 0].reset_index(drop=True)
