"""Policy: agreements and memberships as dated, sourced facts."""

from beltroad.policy.membership import MembershipStatus, members, status

__all__ = ["MembershipStatus", "members", "status"]
