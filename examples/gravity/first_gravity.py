"""Distance, contiguity and potential on the bundled flows: ``python first_gravity.py``.

Needs the extra: ``pip install "beltroad[gravity]"``.
"""

from beltroad.trade.gravity import ad_valorem_equivalent, estimate, potential, sample_panel

flows = sample_panel()
fit = estimate(flows, regressors=["ln(distance_km)", "contiguous"])
print(fit.table.round(3).to_string(index=False))
print(ad_valorem_equivalent(fit, "contiguous", theta=(4.55, 0.35)).round(2).to_string(index=False))

gap = potential(flows, regressors=["ln(distance_km)", "contiguous"], draws=50)
pairs = gap.pairs.sort_values("gap_usd", ascending=False)
columns = ["exporter", "importer", "trade", "predicted", "ratio", "low", "high"]
print(pairs[columns].head(8).to_string(index=False, float_format=lambda v: f"{v:,.2f}"))
