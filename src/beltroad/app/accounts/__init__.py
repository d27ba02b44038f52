"""Who asks, and what they may do."""

from beltroad.app.accounts.roles import Principal, Role, current, require

__all__ = ["Principal", "Role", "current", "require"]
