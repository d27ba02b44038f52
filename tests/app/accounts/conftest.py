"""The team's workspace, for the tests of accounts."""

from team import team, team_client

__all__ = ["team", "team_client"]
