"""The workspace: web pages and HTTP API over beltroad's own functions.

Nothing is computed here. A page or an endpoint asks a function of ``questions`` (quick) or puts a
job for one of ``work`` (long); both call the pillars and the appraisal engine.
"""

from beltroad.app.factory import create_app
from beltroad.app.settings import Settings

__all__ = ["Settings", "create_app"]
