"""Yearly tables of a project that balance, and what each layer costs and gives."""

from __future__ import annotations

import numpy as np
import pandas as pd

from beltroad.finance.project.case import rates_by_year
from beltroad.finance.project.cashflow import Flows
from beltroad.finance.project.concessional import conventions, element, mix
from beltroad.finance.project.layers import Track
from beltroad.finance.project.measures import irr
from beltroad.finance.project.plan_parts import Layer, StateLoan

__all__ = ["SOURCES", "USES", "cash_table", "debt_table", "layer_table", "package_elements"]

SOURCES = ("drawn_mn", "added_to_loans_mn", "revenue_mn", "state_payment_mn", "residual_mn",
           "support_mn", "refinancing_mn", "from_reserve_mn")  # fmt: skip
USES = ("capital_mn", "fees_mn", "premium_mn", "construction_interest_mn",
        "capitalised_interest_mn", "operating_cost_mn", "renewals_mn", "tax_mn", "interest_mn",
        "principal_mn", "refinanced_mn", "refinancing_fees_mn", "conversion_cost_mn",
        "to_reserve_mn", "dividends_mn")  # fmt: skip


def cash_table(flows: Flows) -> pd.DataFrame:
    """Sources and uses by year of the first draw, in millions of the plan's currency.

    Returns
    -------
    DataFrame
        ``year``, the columns of ``SOURCES``, ``sources_mn``, those of ``USES``, ``uses_mn``,
        ``gap_mn`` (0), then ``cfads_mn``, ``dscr`` and one ``draw: NAME`` for each layer.
    """
    f, zero = flows.funding, np.zeros(flows.grid.length)
    # Financed premium is paid out of the loan: a source and a use of the same year.
    financed = sum((a[0] for a in f.added_premium), zero)
    capitalised = sum((a[0] for a in f.added_interest), zero)
    values = {
        "drawn_mn": sum((d[0] for d in f.drawn), zero),
        "added_to_loans_mn": capitalised + financed,
        "revenue_mn": flows.revenue[0],
        "state_payment_mn": flows.state_payment[0],
        "residual_mn": flows.residual[0],
        "support_mn": flows.support[0],
        "refinancing_mn": flows.refinancing[0],
        "from_reserve_mn": np.maximum(-flows.to_reserve[0], 0.0),
        "capital_mn": f.capital[0],
        "fees_mn": f.fees[0],
        "premium_mn": f.premium[0] + financed,
        "construction_interest_mn": f.interest_paid[0],
        "capitalised_interest_mn": capitalised,
        "operating_cost_mn": flows.cost[0],
        "renewals_mn": flows.renewals[0],
        "tax_mn": flows.tax[0],
        "interest_mn": flows.interest[0],
        "principal_mn": flows.principal[0],
        "refinanced_mn": flows.refinancing[0],
        "refinancing_fees_mn": flows.refinancing_fees[0],
        "conversion_cost_mn": flows.conversion[0],
        "to_reserve_mn": np.maximum(flows.to_reserve[0], 0.0),
        "dividends_mn": flows.dividends[0],
    }
    out = pd.DataFrame({"year": flows.grid.years})
    for name in SOURCES:
        out[name] = values[name]
    out["sources_mn"] = out[list(SOURCES)].sum(axis=1)
    for name in USES:
        out[name] = values[name]
    out["uses_mn"] = out[list(USES)].sum(axis=1)
    out["gap_mn"] = out["sources_mn"] - out["uses_mn"]
    out["cfads_mn"] = flows.cfads[0]
    out["dscr"] = flows.dscr[0]
    for layer, drawn in zip(flows.project.layers, f.drawn, strict=True):
        out[f"draw: {layer.name}"] = drawn[0]
    return out


def debt_table(flows: Flows) -> pd.DataFrame:
    """Every loan by year in its own currency: opening, drawn, added, interest, principal, closing.

    Returns
    -------
    DataFrame
        ``year, loan, currency, opening_mn, drawn_mn, added_mn, interest_mn, principal_mn,
        refinanced_mn, closing_mn, rate`` (units for one of the plan's currency).
    """
    parts = [
        pd.DataFrame({
            "year": flows.grid.years, "loan": t.name, "currency": t.currency,
            "opening_mn": t.opening[0], "drawn_mn": t.drawn[0], "added_mn": t.added[0],
            "interest_mn": t.interest[0], "principal_mn": t.principal[0],
            "refinanced_mn": t.refinanced[0], "closing_mn": t.closing[0], "rate": t.rate,
        })
        for t in flows.tracks
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def layer_table(flows: Flows) -> pd.DataFrame:
    """What each layer is, gives, costs and how soft it is.

    Returns
    -------
    DataFrame
        ``layer, kind, provider, currency, amount_mn`` (plan's currency, with what is added to the
        loan), ``share_pct, interest_pct`` (mean), ``all_in_pct`` (internal rate of the lender's
        flows with fees and premium, in its currency), ``maturity_years, grace_years,
        average_life_years`` (from the first draw), ``imf_pct, imf_with_fees_pct, dac_pct``
        (grant element), ``tied_pct`` (of tied loans, where the plan has ``cirr_pct``), ``public,
        guaranteed_pct``.
    """
    amounts = _amounts(flows)
    rows = []
    for k, layer in enumerate(flows.project.layers):
        row: dict[str, object] = {
            "layer": layer.name, "kind": layer.kind, "provider": layer.provider,
            "currency": layer.currency, "amount_mn": amounts[k],
            "share_pct": 100 * amounts[k] / sum(amounts),
            "interest_pct": np.nan, "all_in_pct": np.nan, "maturity_years": np.nan,
            "grace_years": np.nan, "average_life_years": np.nan, "imf_pct": np.nan,
            "imf_with_fees_pct": np.nan, "dac_pct": np.nan, "dac_passes": False, "tied_pct": np.nan,
            "public": layer.public, "guaranteed_pct": layer.guaranteed_pct,
        }  # fmt: skip
        if layer.kind == "grant":
            row |= {"imf_pct": 100.0, "imf_with_fees_pct": 100.0, "dac_pct": 100.0,
                    "dac_passes": True}  # fmt: skip
        if layer.is_debt:
            row |= _loan_row(flows, k, layer)
        rows.append(row)
    return pd.DataFrame(rows)


def _amounts(flows: Flows) -> list[float]:
    f = flows.funding
    return [float(f.drawn[k][0].sum() + f.added_interest[k][0].sum() + f.added_premium[k][0].sum())
            for k in range(len(flows.project.layers))]  # fmt: skip


def _loan_row(flows: Flows, k: int, layer: Layer) -> dict[str, object]:
    track = next(t for t in flows.tracks if t.layer is layer and t.parent is None)
    again = next((t for t in flows.tracks if t.layer is layer and t.parent is not None), None)
    price = 100 * track.mean_price
    rules = conventions(
        group=flows.plan.income_group,
        cirr_pct=flows.plan.cirr_pct,
        maturity_years=layer.maturity_years,
    )
    terms = [element(c, max(price, 0.0), layer.maturity_years, layer.grace_years,
                     kind=_kind(layer), fees_pct=layer.upfront_fee_pct + layer.premium_pct)
             for c in rules]  # fmt: skip
    by_key = {g.convention.key: g for g in terms}
    dac = by_key[f"dac_{flows.plan.income_group}"]
    cost = _lender_flow(flows, k, track)
    if again is not None:
        cost = cost - _child_flow(again, track)
    back = track.principal[0] + track.refinanced[0]
    repaid = back / max(float(back.sum()), 1e-300)
    first = int(np.nonzero(track.drawn[0] > 0)[0][0]) if np.any(track.drawn[0] > 0) else 0
    return {
        "interest_pct": price,
        "all_in_pct": irr(cost).pct,
        "maturity_years": float(layer.maturity_years),
        "grace_years": float(layer.grace_years),
        "average_life_years": float(repaid @ (np.arange(flows.grid.length) - first)),
        "imf_pct": by_key["imf"].pct,
        "imf_with_fees_pct": by_key["imf"].with_fees_pct,
        "dac_pct": dac.pct,
        "dac_passes": dac.pct >= dac.convention.minimum_pct,
        "tied_pct": by_key["cirr"].pct if "cirr" in by_key and layer.tied else np.nan,
    }


def _kind(layer: Layer) -> str:
    return "equal_principal" if layer.amortisation == "sculpted" else layer.amortisation


def _lender_flow(flows: Flows, k: int, track: Track) -> np.ndarray:
    """The borrower's flow in the loan's currency: draws less service, fees and premium."""
    f, rate = flows.funding, track.rate
    fees = f.fees_by_layer[k][0] * rate
    premium = np.zeros_like(fees)
    if not track.layer.premium_financed:
        premium[0] = track.drawn[0].sum() * track.layer.premium_pct / 100
    # What is added to the loan is no cash; the interest capitalised was not paid either.
    interest = track.interest[0] - f.added_interest[k][0] * rate
    out = track.drawn[0] - track.principal[0] - interest - fees - premium - track.refinanced[0]
    return np.asarray(out)


def _child_flow(again: Track, track: Track) -> np.ndarray:
    """A refinancing loan seen in the currency of the first one, fee included."""
    rule = track.layer.refinance
    fee = track.refinanced[0] * (rule.fee_pct if rule is not None else 0.0) / 100
    own = again.principal[0] + again.interest[0] - again.drawn[0]
    return np.asarray(own / again.rate * track.rate + fee)


def package_elements(flows: Flows, table: pd.DataFrame) -> dict[str, float]:
    """Grant element, per cent, of all loans and grants of a project, and of the state's debt.

    The state's debt is public layers with the loans that the budget services.
    """
    lent = table[table["imf_pct"].notna()]
    columns = ["amount_mn", "imf_pct", "imf_with_fees_pct", "dac_pct"]
    own = pd.DataFrame([_state_row(flows, each) for each in flows.project.state_loans],
                       columns=columns)  # fmt: skip
    out = {}
    public = [*lent.loc[lent["public"], columns].to_dict("records"), *own.to_dict("records")]
    for name, rows in (("package", lent[columns].to_dict("records")), ("public", public)):
        amounts = [row["amount_mn"] for row in rows]
        for rule in ("imf", "imf_with_fees", "dac"):
            out[f"{name}_{rule}_pct"] = mix(amounts, [row[f"{rule}_pct"] for row in rows])
    return out


def _state_row(flows: Flows, loan: StateLoan) -> dict[str, float]:
    first = min(loan.draw_pct, default=flows.project.first_year)
    years = np.arange(first, first + loan.maturity_years + 1)
    price = 100 * float(rates_by_year(loan, years).mean())
    at = int(np.clip(flows.grid.at(first), 0, flows.grid.length - 1))
    got = {
        c.key: element(c, price, loan.maturity_years, loan.grace_years, kind=loan.amortisation).pct
        for c in conventions(group=flows.plan.income_group)
    }
    return {"amount_mn": loan.amount_mn / float(flows.grid.rates[loan.currency][at]),
            "imf_pct": got["imf"], "imf_with_fees_pct": got["imf"],
            "dac_pct": got[f"dac_{flows.plan.income_group}"]}  # fmt: skip
