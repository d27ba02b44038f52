"""Country risk: a grade from open indicators by a transparent model, measured out of sample."""

from beltroad.risk.country.grading import contributions, grades
from beltroad.risk.country.validation import out_of_sample, scores

__all__ = ["contributions", "grades", "out_of_sample", "scores"]
