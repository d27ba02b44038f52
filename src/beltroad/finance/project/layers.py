"""Loans over the years: balances, interest, repayment, refinancing; all in their own currency."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from beltroad.finance.project.case import Case, Floats, Grid, rates_by_year
from beltroad.finance.project.drawdown import Funding
from beltroad.finance.project.plan import Project
from beltroad.finance.project.plan_parts import Layer, Terms
from beltroad.finance.schedule import unit_schedule

__all__ = ["Track", "tracks_of"]


@dataclass
class Track:
    """One loan's life, (draw, year) in its currency; a refinanced loan hands over to another.

    ``first`` and ``last`` are the positions of the first and the last repayment.
    """

    name: str
    layer: Layer
    terms: Terms
    currency: str
    rate: Floats
    price: Floats
    first: int
    last: int
    drawn: Floats
    added: Floats
    opening: Floats
    interest: Floats
    principal: Floats
    closing: Floats
    refinanced: Floats
    parent: int | None = None
    handover: int | None = None
    profile: Floats | None = None
    at_first: Floats | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def mean_price(self) -> float:
        """Interest rate as a fraction, mean over the years weighted by the balance they bear."""
        return float(np.average(self.price, weights=self.opening[0] + 1e-12))

    def open_year(self, t: int, within: float) -> None:
        """Carry the balance forward and work out the interest due in year ``t``."""
        if t > 0:
            self.opening[:, t] = self.closing[:, t - 1]
        self.interest[:, t] = self.price[t] * (self.opening[:, t] + within * self.drawn[:, t])

    def repay(self, t: int) -> None:
        """Principal due in year ``t`` by the schedule of its kind; sculpted loans are apart."""
        if not self.first <= t <= self.last or (self.handover is not None and t > self.handover):
            return
        if self.profile is None or self.at_first is None:
            # The profile is that of the rate in force when repayment starts; interest floats.
            kind = self.terms.amortisation
            self.profile, _ = unit_schedule(
                min(float(self.price[t]), 0.99), self.last - self.first + 1, 0, kind
            )
            self.at_first = self.opening[:, t].copy()
        due = self.at_first * self.profile[t - self.first]
        # The last instalment clears what rounding or a late draw has left.
        self.principal[:, t] = self.opening[:, t] if t == self.last else due

    def close_year(self, t: int) -> None:
        """Balance at the end of year ``t``."""
        left = (
            self.opening[:, t] + self.drawn[:, t] + self.added[:, t]
            - self.principal[:, t] - self.refinanced[:, t]
        )  # fmt: skip
        if self.first <= t == self.last:
            left = np.zeros_like(left)
        self.closing[:, t] = left


def tracks_of(project: Project, grid: Grid, case: Case, funding: Funding) -> list[Track]:
    """Loans of the project in the order of its layers; refinancing loans at the end."""
    tracks: list[Track] = []
    for k, layer in enumerate(project.layers):
        if not layer.is_debt:
            continue
        rate = grid.rates[layer.currency]
        base = project.base_year(layer)
        track = _track(
            layer.name, layer, layer, layer.currency, grid, case, base,
            funding.drawn[k] * rate,
            (funding.added_interest[k] + funding.added_premium[k]) * rate,
        )  # fmt: skip
        tracks.append(track)
    for place, track in enumerate(list(tracks)):
        again = track.layer.refinance
        if again is None:
            continue
        zero = np.zeros_like(track.drawn)
        child = _track(
            f"{track.name} (refinanced)", track.layer, again, again.currency or track.currency,
            grid, case, again.year, zero.copy(), zero.copy(),
        )  # fmt: skip
        child.parent = place
        track.handover = grid.at(again.year)
        tracks.append(child)
    return tracks


def _track(
    name: str, layer: Layer, terms: Terms, currency: str, grid: Grid, case: Case, base: int,
    drawn: Floats, added: Floats,
) -> Track:  # fmt: skip
    last = grid.at(base + terms.maturity_years)
    first = last if terms.amortisation == "bullet" else grid.at(base + terms.grace_years + 1)
    a, b, c, d, e = (np.zeros_like(drawn) for _ in range(5))
    return Track(
        name, layer, terms, currency, grid.rates[currency],
        rates_by_year(terms, grid.years, case.reference_add_pct), first, last, drawn, added,
        a, b, c, d, e,
    )  # fmt: skip
