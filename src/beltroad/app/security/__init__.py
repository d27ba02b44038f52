"""The gate in front of the application: hosts, limits, forgery, headers, logs."""

from beltroad.app.security.checks import check_settings
from beltroad.app.security.gate import install

__all__ = ["check_settings", "install"]
