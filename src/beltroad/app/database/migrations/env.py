"""How Alembic runs a step: within the transaction that ``migrate`` has begun."""

from alembic import context

from beltroad.app.database.models import Base

# Alembic loads this file for each run; anyone else who imports it finds nothing to configure.
if (config := getattr(context, "config", None)) is not None:
    context.configure(
        connection=config.attributes["connection"],
        target_metadata=Base.metadata,
        compare_type=True,
    )
    context.run_migrations()
