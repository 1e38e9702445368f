"""Refusals and faults as pages: a code, one sentence in Indonesian and English, a request id; JSON when asked."""

import secrets

import structlog
from flask import Flask, Response, g, jsonify, make_response, render_template, request
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError  # noqa: A004 - the pool's, not Python's
from werkzeug.exceptions import HTTPException, InternalServerError

from lms_ext.domain.refusals import Refusal, Refused, refusal
from lms_ext.models import db
from lms_ext.web import framing

log = structlog.get_logger(__name__)


def request_id() -> str:
    """Give this request's id, short enough to read out on the phone."""
    if "request_id" not in g:
        g.request_id = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}".upper()
    return str(g.request_id)


def wants_json() -> bool:
    """Tell whether the client asked for JSON rather than a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return bool(best == "application/json") or request.is_json


def refusal_response(one: Refusal, **context: object) -> Response:
    """Make the page (or JSON) of a refusal; never cached."""
    if g.get("return_url"):
        context.setdefault("return_url", g.return_url)
    if wants_json():
        body = {"code": one.code, "message": dict(one.message), "request_id": request_id(), **_plain(context)}
        response = make_response(jsonify(body), one.status)
    else:
        page = render_template(one.template, refusal=one, request_id=request_id(), **context)
        response = make_response(page, one.status)
    response.headers["Cache-Control"] = "no-store"
    if "wait" in context:
        response.headers["Retry-After"] = str(context["wait"])
        if context.get("restart_url"):
            response.headers["Refresh"] = f"{context['wait']};url={context['restart_url']}"
    return response


def _plain(context: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in context.items() if isinstance(value, (str, int, bool, list, dict))}


def _note(error: Refused) -> None:
    """Log a refusal, and let the platform that it is about show it in its frame."""
    platform_id = error.facts.get("platform")
    if g.get("frame_ancestors") == framing.ANYWHERE and isinstance(platform_id, int):
        framing.allow_platform_id(platform_id)
    if error.context.get("rescue"):  # the LMS may still hold what is missing
        log.info("asks_storage", code=error.refusal.code, request_id=request_id(), **error.facts)
        return
    g.refused = error
    log.info("refused", code=error.refusal.code, request_id=request_id(), **error.facts)


def register(app: Flask) -> None:
    """Turn every exception into such a page."""

    @app.errorhandler(Refused)
    def _refused(error: Refused) -> Response:
        _note(error)
        return refusal_response(error.refusal, **error.context)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        codes = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 403: "forbidden"}
        response = refusal_response(
            refusal(codes.get(error.code or 500, "bad-request" if (error.code or 500) < 500 else "fault"))
        )
        for name, value in error.get_headers():
            if name == "Allow":
                response.headers[name] = value
        response.status_code = error.code or 500
        return response

    _on_faults(app)


def _on_faults(app: Flask) -> None:
    @app.errorhandler(OperationalError)
    @app.errorhandler(TimeoutError)
    def _database_away(error: SQLAlchemyError) -> Response:
        log.warning("database.away", error=type(error).__name__, request_id=request_id(), endpoint=request.endpoint)
        response = refusal_response(refusal("busy"))
        response.headers["Retry-After"] = "5"
        return response

    @app.teardown_appcontext
    def _let_go(_error: BaseException | None) -> None:
        """End the session before its owner does: an answer that is ready must not fail on a connection that died meanwhile."""
        try:
            db.session.remove()
        except SQLAlchemyError as error:  # pragma: no cover - the database died after the answer was made
            log.warning("database.away", error=type(error).__name__)
            db.session().invalidate()

    @app.errorhandler(Exception)
    def _fault(error: Exception) -> Response:
        log.error("fault", error=type(error).__name__, request_id=request_id(), endpoint=request.endpoint, exc_info=error)
        return refusal_response(refusal("fault"))

    @app.errorhandler(InternalServerError)
    def _late(error: InternalServerError) -> Response:
        """Take what failed while an answer was made ready: Flask asks no other handler then, and nothing would be logged."""
        cause = error.original_exception
        if isinstance(cause, OperationalError | TimeoutError):
            return _database_away(cause)
        return _fault(cause if isinstance(cause, Exception) else error)
