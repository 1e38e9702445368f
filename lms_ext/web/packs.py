"""Files of published packs under their snapshot's hash: they never change, so browsers keep them for a year."""

from flask import Blueprint, Response, make_response

from lms_ext.domain.refusals import Refused
from lms_ext.models import db, engine
from lms_ext.services import catalog

bp = Blueprint("packs", __name__)


@bp.get("/p/<string(length=64):snapshot>/<path:path>")
def asset(snapshot: str, path: str) -> Response:
    """Send a pack's picture or file. An SVG opened by itself can run nothing: the policy below forbids it."""
    engine.reads_only()
    blob = catalog.asset(db.session, snapshot, path)
    if blob is None:
        raise Refused("not-found")
    response = make_response(blob.data)
    response.headers["Content-Type"] = blob.media_type
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
