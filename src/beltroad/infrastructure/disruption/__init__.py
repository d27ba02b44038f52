"""Disruptions: what is shut or slowed, what it does to every relation, which gates matter."""
