"""All routes for two economies and a kind of contract: what each result is worth in both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from beltroad.errors import InputError, suggest
from beltroad.evidence.economies import name
from beltroad.policy.disputes.access import icsid_access, treaty_access
from beltroad.policy.disputes.documents import service
from beltroad.policy.disputes.enforcement import enforceable
from beltroad.policy.disputes.forums import forums
from beltroad.policy.disputes.model import (
    CONTRACTS,
    OUT_OF_SCOPE,
    Access,
    Facts,
    Route,
    Routes,
)
from beltroad.policy.disputes.places import TableFacts, latest, pair, place
from beltroad.policy.disputes.sales import sales_law
from beltroad.policy.territories import one_state

__all__ = ["THIRD_SEATS", "routes"]

THIRD_SEATS = ("SGP", "HKG", "GBR", "FRA", "CHE", "ARE")
_AGREED = Access("by agreement", "The contract, or an agreement after the dispute, must say so.")
_OPEN = Access("open", "Courts hear the case under their own rules of jurisdiction.")


def routes(
    home: str,
    host: str,
    contract_kind: str = "commercial",
    on: date | None = None,
    *,
    seats: Sequence[str] | None = None,
    facts: Facts | None = None,
) -> Routes:
    """List the routes and whether their results are enforceable in both economies.

    Parameters
    ----------
    home, host
        Economy of the claimant (the investor) and of the other side (the host state).
    contract_kind
        ``commercial`` (sale, construction, loan and the like between businesses) or ``investment``
        (investor against the host state).
    on
        Day of the application; None for the last day the lists are known to.
    seats
        Third seats to look at; None for :data:`THIRD_SEATS`.
    facts
        Standings to use; None for the bundled facts.

    Raises
    ------
    InputError
        If an economy or the kind is unknown, both economies are the same, or the kind is out of
        scope (family, consumer and the like).
    """
    kind = contract_kind.strip().lower()
    if kind in OUT_OF_SCOPE:
        raise InputError(
            f"{kind} disputes are out of scope: other conventions hold for them. "
            f"Kinds: {', '.join(CONTRACTS)}"
        )
    if kind not in CONTRACTS:
        raise InputError(
            f"no kind of contract {contract_kind!r:.40}. {suggest(kind, CONTRACTS)} "
            f"Kinds: {', '.join(CONTRACTS)}".replace("  ", " ")
        )
    one, other = pair(home, host)
    source: Facts = facts if facts is not None else TableFacts()
    asked = on if on is not None else latest()
    third = [place(s, "seat") for s in (THIRD_SEATS if seats is None else seats)]
    third = [s for s in dict.fromkeys(third) if s not in (one, other)]
    maker = _Maker(one, other, kind, asked, source)
    found: list[Route] = []
    if kind == "investment":
        found.append(maker.icsid())
        found += [maker.arbitration(s, "investment_award") for s in third]
        found.append(maker.litigation(other))
    else:
        found += [maker.litigation(other), maker.litigation(one)]
        found += [maker.arbitration(s, "award") for s in (other, one, *third)]
    found.append(maker.mediation())
    law = sales_law(one, other, asked, source) if kind == "commercial" else None
    return Routes(one, other, kind, asked, tuple(found), law)


class _Maker:
    """Makes the routes of one question."""

    def __init__(self, home: str, host: str, kind: str, on: date, facts: Facts) -> None:
        self.home, self.host, self.kind, self.on, self.facts = home, host, kind, on, facts

    def litigation(self, seat: str) -> Route:
        """Courts of one of the two."""
        return self._route(f"courts of {name(seat)}", "litigation", seat, "judgment", _OPEN)

    def arbitration(self, seat: str, result: str) -> Route:
        """Arbitration with a seat."""
        where = "third seat" if seat not in (self.home, self.host) else "seat"
        access = (
            _AGREED
            if result == "award"
            else treaty_access(self.home, self.host, self.on, self.facts)
        )
        return self._route(
            f"arbitration, {where} {name(seat)}", "arbitration", seat, result, access
        )

    def icsid(self) -> Route:
        """ICSID arbitration: both must be contracting states, and the host must have consented."""
        return self._route(
            "ICSID arbitration",
            "icsid",
            "",
            "icsid_award",
            icsid_access(self.home, self.host, self.on, self.facts),
        )

    def mediation(self) -> Route:
        """Mediation, wherever it takes place."""
        return self._route("mediation", "mediation", "", "settlement", _AGREED)

    def _route(
        self,
        title: str,
        kind: Literal["litigation", "arbitration", "icsid", "mediation"],
        seat: str,
        result: str,
        access: Access,
    ) -> Route:
        with_state = self.kind == "investment"
        answers = [
            enforceable(result, seat, p, self.on, facts=self.facts, with_state=with_state)
            for p in (self.home, self.host)
        ]
        return Route(
            title, kind, seat, access, answers[0], answers[1], self._forums(kind, seat),
            self._notes(kind, seat),
        )  # fmt: skip

    def _forums(self, kind: str, seat: str) -> tuple[str, ...]:
        if kind == "icsid":
            return ("ICSID",)
        table = forums(seat or None, kind)
        keep = table["since"].astype(str).str[:4] <= str(self.on.year)
        if self.kind == "investment" and kind != "litigation":
            keep &= table["kinds"].str.contains("investment", regex=False)
        if not seat:
            keep &= table["seat_iso3"].isin([self.home, self.host]) | (table["forum"] == "iomed")
        return tuple(table.loc[keep.astype(bool), "short_name"])

    def _notes(self, kind: str, seat: str) -> tuple[str, ...]:
        """What to know besides: service of a claim, interim measures."""
        if kind == "litigation":
            defendants = [p for p in (self.home, self.host) if p != seat]
            found = [service(seat, p, self.on, self.facts) for p in defendants]
            return tuple(
                f"service on a defendant in {name(p)}: {d.sentence}"
                for p, d in zip(defendants, found, strict=True)
            )
        if kind != "arbitration":
            return ()
        near = [p for p in (self.home, self.host) if p != seat and one_state(p, seat, self.on)]
        return tuple(
            f"courts of {name(p)} may order interim measures in aid of an institution of the seat"
            for p in near
            if self.facts.standing("intra_china_interim", p, seat, self.on).state == "in_force"
        )
