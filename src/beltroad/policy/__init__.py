"""Policy: agreements, rules and what holds between two economies, as dated, sourced facts.

``membership`` and ``facts`` say who is party to what on a date, ``profile`` puts it together for a
pair or an economy; ``entry``, ``dataflows``, ``disputes`` answer questions of law from rules as
data; ``parks`` and ``scorecard`` compare.
"""

from beltroad.policy import facts
from beltroad.policy.membership import MembershipStatus, members, status
from beltroad.policy.profile import profile, relation

__all__ = ["MembershipStatus", "facts", "members", "profile", "relation", "status"]
