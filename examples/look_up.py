"""Figures and rules from Python: a claim and its conflicts, a pair on a date, an entry question.

Run: ``python examples/look_up.py``. Needs no network.
"""

from __future__ import annotations

from datetime import date

from beltroad.evidence.claims import audit, claims
from beltroad.policy import relation
from beltroad.policy.dataflows import transfer
from beltroad.policy.disputes import enforceable
from beltroad.policy.entry import entry


def main() -> None:
    """Print a few answers, each with what it rests on."""
    series = claims(indicator="bri_goods_trade", period="2021:2024")
    print(series[["period_end", "partner", "bound", "value", "unit", "said_by"]].to_string())

    conflicts = audit().query("verdict == 'disagrees'")
    print(f"\n{len(conflicts)} conflicts; the first: {conflicts['title'].iloc[0]}")

    tie = relation("CHN", "KAZ", date(2020, 1, 1)).set_index("instrument").loc["new_york"]
    print(f"\n{tie['title']}: {tie['state']} since {tie['since']} ({tie['source_title']})")

    answer = entry("DEU", "CHN", "H5310", 10)
    print(f"\nA German stake of 10 % in postal services in China: {answer.verdict}, "
          f"item {answer.findings[0].item} of {answer.list_id}")  # fmt: skip

    data = transfer("CHN", "KAZ", 250_000, 0)
    print(f"\nData of 250,000 persons from China to Kazakhstan: {data.outcome}")

    award = enforceable("award", "SGP", "KAZ", date(2026, 1, 1))
    print(f"\nAn award made in Singapore, in Kazakhstan: {award.state}, {award.basis.article}")


if __name__ == "__main__":
    main()
