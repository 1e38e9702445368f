"""/health: is the database there, and which plugins were set aside."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lms_ext.models import db
from lms_ext.web.tool import tool

bp = Blueprint("health", __name__)


@bp.get("/health")
def health() -> tuple[Response, int]:
    """Answer 200 when requests can be served, else 503."""
    try:
        db.session.execute(text("SELECT 1"))
        database = "ok"
    except SQLAlchemyError:
        database = "down"
    plugins = tool().plugins
    body = {"database": database, "plugins": sorted(plugins.modules), "quarantined": sorted(plugins.quarantined)}
    return jsonify(body), 200 if database == "ok" else 503
