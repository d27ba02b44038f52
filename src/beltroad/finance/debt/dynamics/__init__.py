"""Debt paths: the baseline, stress tests, packages of projects, and what drives debt."""
