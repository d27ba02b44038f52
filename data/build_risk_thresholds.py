"""Choose the thresholds of early warning on history and write ``risk_warning_thresholds``.

Run after ``build_risk_country_model``: ``python data/build_risk_thresholds.py``.
"""

from __future__ import annotations

import sys

import pandas as pd

from _common import ROOT, write_table

sys.path.insert(0, str(ROOT / "src"))

from beltroad.risk.country.indicators import INDICATORS
from beltroad.risk.warning import evaluation
from beltroad.risk.warning.signals import MODEL_EDGES_PCT

COLUMNS = {
    "indicator": ("-", "indicator, combined (weighted share of signals) or model (probability)"),
    "label": ("-", "what it is called"),
    "unit": ("-", "unit of the threshold"),
    "threshold": ("as unit", "a value at or beyond it is a signal"),
    "direction": ("-", "above or below: which side warns"),
    "weight": ("1", "inverse noise-to-signal ratio in sample, weight in the combined indicator"),
    "hit_rate": ("share", "crises signalled out of sample in time, of country-years"),
    "false_alarm_rate": ("share", "quiet country-years signalled out of sample in time"),
    "noise_to_signal": ("1", "their ratio"),
    "hit_rate_in_sample": ("share", "on the country-years that the threshold was chosen on"),
    "false_alarm_rate_in_sample": ("share", "on the same"),
    "high_at": ("as unit", "value that 5 % of quiet country-years passed (model: grade 6)"),
    "critical_at": ("as unit", "value that 1 % of quiet country-years passed (model: grade 7)"),
    "events": ("1", "country-years with a crisis that the threshold was chosen on"),
    "vintage": ("-", "country-years that it was chosen on"),
}


def main() -> None:
    """Choose, measure, write."""
    known = evaluation.history()
    learnt = evaluation.learn(known)
    years = known.index.get_level_values("year")
    inside = evaluation.evaluate(evaluation.in_sample())
    outside = evaluation.evaluate(evaluation.signal_table("time"))
    quiet = known[known["event"] == 0]
    rows = []
    chosen = {evaluation.COMBINED: learnt.combined, evaluation.PROBABILITY: learnt.probability,
              **learnt.thresholds}  # fmt: skip
    for name, at in chosen.items():
        scale = 100 if name == evaluation.PROBABILITY else 1
        if name == evaluation.PROBABILITY:
            label, unit = "probability of debt distress within two years", "%"
            edges = MODEL_EDGES_PCT
        else:
            if name == evaluation.COMBINED:
                label, unit, values = "weighted share of signals", "share", learnt.score(quiet)
            else:
                label, unit = INDICATORS[name].label, INDICATORS[name].unit
                values = quiet[name]
            tails = (0.95, 0.99) if at.above else (0.05, 0.01)
            edges = (float(values.quantile(tails[0])), float(values.quantile(tails[1])))
        rows.append({
            "indicator": name, "label": label, "unit": unit, "threshold": scale * at.value,
            "direction": "above" if at.above else "below",
            "weight": learnt.weights.get(name, 0.0),
            "hit_rate": outside.loc[name, "hit_rate"],
            "false_alarm_rate": outside.loc[name, "false_alarm_rate"],
            "noise_to_signal": outside.loc[name, "noise_to_signal"],
            "hit_rate_in_sample": inside.loc[name, "hit_rate"],
            "false_alarm_rate_in_sample": inside.loc[name, "false_alarm_rate"],
            "high_at": edges[0], "critical_at": edges[1],
            "events": at.table.hits + at.table.misses, "vintage": f"{years.min()}-{years.max()}",
        })  # fmt: skip
    table = pd.DataFrame(rows)
    numbers = table.select_dtypes("number").columns
    table[numbers] = table[numbers].round(8)
    write_table(
        "risk_warning_thresholds", table[list(COLUMNS)],
        title="Thresholds of early-warning signals of sovereign debt distress",
        script="data/build_risk_thresholds.py", columns=COLUMNS,
        sources=[{"title": "Own estimate from the tables risk_indicators and risk_events",
                  "url": "https://www.imf.org/en/Publications/WEO/weo-database/2024/April",
                  "licence": "as stated there", "vintage": "2024"}],
        notes="Single indicators by the smallest noise-to-signal ratio, combined and model by the "
        "smallest loss with two thirds on missed crises; see docs/methods/early-warning.md.",
    )  # fmt: skip


if __name__ == "__main__":
    main()
