"""The admin pages: one module a topic, each with a blueprint of its own that is attached here, behind one door."""

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from lms_ext.models import db
from lms_ext.services.admins import has_owner
from lms_ext.web.admin import (
    account,
    admins,
    audit_log,
    grades,
    guard,
    health,
    invites,
    keys,
    launches,
    migration,
    nav,
    openid,
    packs,
    people,
    platforms,
    plugins,
    register_platform,
    signing_in,
    start,
)

log = structlog.get_logger(__name__)

_BLUEPRINTS = (
    signing_in.bp,
    openid.bp,
    invites.bp,
    account.bp,
    start.bp,
    platforms.bp,
    register_platform.bp,
    keys.bp,
    people.bp,
    admins.bp,
    audit_log.bp,
    grades.bp,
    packs.bp,
    launches.bp,
    migration.bp,
    plugins.bp,
    health.bp,
)


def register(app: Flask) -> None:
    """Attach every admin page behind the door."""
    guard.register(app)
    app.context_processor(nav.known_to_pages)
    for bp in _BLUEPRINTS:
        app.register_blueprint(bp)


def tell_when_ownerless(app: Flask) -> None:
    """Say in the log of a server that starts without an owner how to get one; the link itself never goes to a log."""
    with app.app_context():
        try:
            found = has_owner(db.session)
        except SQLAlchemyError:
            return  # not migrated or not there: /health and every page say so
        finally:
            db.session.remove()
            db.engine.dispose()  # no connection may be shared with processes that are forked from this one
    if not found:
        log.warning("admin.no_owner", run="lms-ext admin invite --owner")
