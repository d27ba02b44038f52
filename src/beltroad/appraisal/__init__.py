"""Appraisal: the only place that joins the pillars. Scenario in, results out."""
