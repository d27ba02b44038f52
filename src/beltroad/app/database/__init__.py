"""The workspace's database: SQLite for one user, PostgreSQL for a team."""

from beltroad.app.database.engine import Database
from beltroad.app.database.models import Base

__all__ = ["Base", "Database"]
