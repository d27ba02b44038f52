"""Data that cross borders: which procedure a transfer needs, by the exporting economy's rules."""

from beltroad.policy.dataflows.answering import (
    Answer,
    Finding,
    Pair,
    Threshold,
    answer,
    pair,
    transfer,
)
from beltroad.policy.dataflows.easing import Way
from beltroad.policy.dataflows.library import exporters, rules
from beltroad.policy.dataflows.model import CHOICES, OUTCOMES, RuleSet
from beltroad.policy.dataflows.question import Question
from beltroad.policy.dataflows.reading import RuleFileError, parse_rules, read_rules

__all__ = [
    "CHOICES",
    "OUTCOMES",
    "Answer",
    "Finding",
    "Pair",
    "Question",
    "RuleFileError",
    "RuleSet",
    "Threshold",
    "Way",
    "answer",
    "exporters",
    "pair",
    "parse_rules",
    "read_rules",
    "rules",
    "transfer",
]
