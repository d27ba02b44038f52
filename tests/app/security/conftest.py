"""The team's workspace, for the tests of the gate."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "accounts"))

from team import team, team_client

__all__ = ["team", "team_client"]
