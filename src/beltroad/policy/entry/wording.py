"""Conditions in words."""

from __future__ import annotations

from beltroad.policy.entry.rules import Conditions, Measure

__all__ = ["conditions_text", "fails_text", "passes_text", "stake_text"]


def stake_text(cap: float, inclusive: bool) -> str:
    """A bound on a stake: ``up to 50 %`` or ``below 50 %``."""
    return f"{'up to' if inclusive else 'below'} {cap:g} %"


def _stakes(asks: Conditions) -> list[tuple[float, bool, str]]:
    """Every condition on the stake as bound, whether the bound passes, and text."""
    out: list[tuple[float, bool, str]] = []
    if asks.host_control:
        out.append((50.0, False, "host parties control: foreign stakes together below 50 %"))
    if asks.max_foreign_pct is not None:
        within = not asks.max_foreign_exclusive
        text = f"foreign stakes together {stake_text(asks.max_foreign_pct, within)}"
        out.append((asks.max_foreign_pct, within, text))
    if asks.single_investor_max_pct is not None:
        one = asks.single_investor_max_pct
        out.append((one, True, f"one foreign investor with its affiliates {stake_text(one, True)}"))
    if asks.joint_venture:
        out.append((100.0, False, "joint venture with a host party: not wholly foreign"))
    return out


def conditions_text(asks: Conditions) -> tuple[str, ...]:
    """What is asked of the investor, one line a condition."""
    out = ["foreign investment prohibited"] if asks.prohibited else []
    out += [text for _, _, text in _stakes(asks)]
    if asks.min_capital_usd is not None:
        out.append(f"at least {asks.min_capital_usd:,.0f} USD")
    if asks.approval:
        out.append(f"approval by {asks.approval}")
    return (*out, *asks.requirements)


def fails_text(asks: Conditions, stake: float, amount: float | None) -> tuple[str, ...]:
    """The conditions that a stake and an amount do not meet."""
    out = ["foreign investment prohibited"] if asks.prohibited else []
    out += [
        text for cap, within, text in _stakes(asks) if stake > cap or (stake == cap and not within)
    ]
    least = asks.min_capital_usd
    if least is not None and amount is not None and amount < least:
        out.append(f"at least {least:,.0f} USD")
    return tuple(out)


def passes_text(asks: Conditions, measure: Measure) -> tuple[str, ...]:
    """What would meet conditions that are not met."""
    out = []
    if not asks.prohibited and (cap := asks.cap()) != (100.0, True):
        partner = "the rest with host parties"
        out.append(f"a foreign stake {stake_text(*cap)}, {partner} ({measure.activity})")
    if asks.min_capital_usd is not None:
        out.append(f"an amount of at least {asks.min_capital_usd:,.0f} USD")
    if asks.lifted_by:
        out.append(asks.lifted_by)
    return tuple(out)
