"""The front page: what this address is, and what an LMS admin types to register it."""

from flask import Blueprint, Response, make_response, render_template

from lms_ext.web.tool import tool

bp = Blueprint("front", __name__)


@bp.get("/")
def front() -> Response:
    """Show the addresses of the tool; a person who came by chance learns to start from the course."""
    settings = tool().settings
    base = settings.public_url.rstrip("/")
    addresses = {
        "login": f"{base}/lti/login",
        "launch": f"{base}/lti/launch",
        "jwks": f"{base}/lti/jwks",
    }
    page = render_template("pages/front.html", addresses=addresses, practice_url=settings.practice_url)
    response = make_response(page)
    response.headers["Cache-Control"] = "no-cache"
    return response
