"""Schema changes: Alembic is loaded only when asked for, so that a serving process does not carry its 11 MB."""

from flask import current_app

from lms_ext.models import db
from lms_ext.settings import data_folder


def upgrade() -> None:
    """Bring the running application's database to the newest migration; safe to repeat."""
    from flask_migrate import Migrate  # noqa: PLC0415 - see above
    from flask_migrate import upgrade as run  # noqa: PLC0415 - see above

    Migrate(current_app, db, directory=str(data_folder("migrations")), render_as_batch=True, compare_type=True)
    run()
