"""Entry rules: negative lists, outbound rules and other rules by steps, as data."""

from beltroad.policy.entry.answers import Answer, Branch, Finding, ProcedureAnswer, as_dict
from beltroad.policy.entry.catalogue import choose, hosts, list_ids, lists, rule_list
from beltroad.policy.entry.evaluate import entry
from beltroad.policy.entry.industries import Industry, industry
from beltroad.policy.entry.outbound import OutboundAnswer, outbound
from beltroad.policy.entry.procedure import decide
from beltroad.policy.entry.reading import parse_list, read_list
from beltroad.policy.entry.rules import RuleList

__all__ = [
    "Answer",
    "Branch",
    "Finding",
    "Industry",
    "OutboundAnswer",
    "ProcedureAnswer",
    "RuleList",
    "as_dict",
    "choose",
    "decide",
    "entry",
    "hosts",
    "industry",
    "list_ids",
    "lists",
    "outbound",
    "parse_list",
    "read_list",
    "rule_list",
]
