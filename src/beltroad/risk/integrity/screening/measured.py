"""How good the matcher is at a threshold, measured; printed anew by benchmarks/screening_pairs.py.

Half of the public pairs of names of nomenklatura (826 pairs, 425 of them of one person or firm; in
its repository under contrib/name_bench, at the version of 2026-08-05) served to choose weights and
threshold; the figures are those of the other half, never looked at before. The pairs are hard ones
on purpose: among names as they come far fewer pairs are near each other, and the share of true
hits among leads depends on how many listed names there are at all.
"""

from __future__ import annotations

__all__ = ["MEASURED", "THRESHOLD", "measured_at"]

THRESHOLD = 0.7
"""Least score of a lead unless another is asked for."""

# threshold: precision and recall in per cent.
MEASURED: dict[float, tuple[float, float]] = {
    0.50: (77.3, 88.6), 0.55: (81.0, 86.7), 0.60: (85.7, 85.3), 0.65: (90.4, 84.8),
    0.70: (92.1, 82.5), 0.75: (91.8, 80.1), 0.80: (92.1, 72.0), 0.85: (92.1, 65.9),
    0.90: (93.0, 50.2), 0.95: (95.3, 38.4),
}  # fmt: skip
"""Threshold -> precision and recall, per cent, of names alone."""


def measured_at(threshold: float) -> tuple[float, float]:
    """Precision and recall in per cent at the nearest measured threshold at or below this one."""
    below = [each for each in MEASURED if each <= threshold + 1e-9]
    return MEASURED[max(below, default=min(MEASURED))]
