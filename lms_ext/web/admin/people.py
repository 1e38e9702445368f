"""Personal data: find a person, give them what is held of them, erase it; and for how long courses are kept."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.admins import AdminRole
from lms_ext.domain.refusals import Refused
from lms_ext.models import Person, db, engine
from lms_ext.services import personal_data, platforms, retention
from lms_ext.web import dossiers
from lms_ext.web.admin import guard

bp = Blueprint("admin_people", __name__, url_prefix="/admin/people")
_keepers = guard.allow(AdminRole.OWNER, AdminRole.PLATFORM)
"""Auditors look at the tool, not at people."""


@bp.get("")
@_keepers
def index() -> Response:
    """Search people; lists nobody before words are given."""
    words = request.args.get("q", "")[:200]
    within = guard.here().within
    found = personal_data.find(db.session, words, within)
    return guard.page("admin/people.html", words=words, found=found, erasures=retention.erasures(db.session, within),
                      names={one.id: one.name for one in platforms.every(db.session)})  # fmt: skip


@bp.get("/<int:platform_id>/<id:person_id>")
@_keepers
def show(platform_id: int, person_id: int) -> Response:
    """Show who it is and how much is held."""
    counts = personal_data.counts(db.session, platform_id, person_id)
    return guard.page("admin/person.html", person=_person(platform_id, person_id), platform=guard.platform(), counts=counts)


def _person(platform_id: int, person_id: int) -> Person:
    found = db.session.get(Person, (platform_id, person_id))
    if found is None:
        raise Refused("person-gone")
    return found


@bp.post("/<int:platform_id>/<id:person_id>/export")
def export(platform_id: int, person_id: int) -> Response:
    """Send everything as a file; a post, because it is noted."""
    made = dossiers.archive(platform_id, person_id)
    engine.begin_writing(db.session)
    guard.note("person.export", str(person_id), platform_id=platform_id)
    db.session.commit()
    return dossiers.download(made, person_id)


@bp.get("/<int:platform_id>/<id:person_id>/erase")
@_keepers
def ask(platform_id: int, person_id: int) -> Response:
    """Ask whether erasing is meant, and say what stays."""
    return _asked(platform_id, person_id)


def _asked(platform_id: int, person_id: int, *, unsure: bool = False) -> Response:
    counts = personal_data.counts(db.session, platform_id, person_id)
    return guard.page("admin/person_erase.html", status=422 if unsure else 200, person=_person(platform_id, person_id),
                      platform=guard.platform(), counts=counts, unsure=unsure)  # fmt: skip


@bp.post("/<int:platform_id>/<id:person_id>/erase")
def erase(platform_id: int, person_id: int) -> BaseResponse:
    """Erase a person when the box was ticked."""
    if request.form.get("sure") != "yes":
        return _asked(platform_id, person_id, unsure=True)
    engine.begin_writing(db.session)
    gone = personal_data.erase(db.session, platform_id, person_id, "admin", guard.here().now)
    if gone is None:
        raise Refused("person-gone")
    guard.note("person.erase", str(person_id), platform_id=platform_id, rows=sum(gone.values()))
    db.session.commit()
    return guard.done(".index", "erased")


@bp.get("/retention")
@_keepers
def keeping() -> Response:
    """Show the rule of each platform; with ``platform`` and ``months``, first what a new one would delete."""
    here = guard.here()
    shown = [one for one in platforms.every(db.session) if here.actor.sees(one.id)]
    asked = next((one for one in shown if str(one.id) == request.args.get("platform", "")), None)
    months = _months(request.args.get("months", ""))
    due = retention.due(db.session, asked.id, months, here.now) if asked and months else None
    return guard.page("admin/retention.html", platforms=shown, rules=retention.rules(db.session), choices=retention.CHOICES,
                      asked=asked, months=months, due=due)  # fmt: skip


@bp.post("/retention/<int:platform_id>")
def keep(platform_id: int) -> BaseResponse:
    """Set a platform's rule."""
    months = _months(request.form.get("months", ""))
    if months is None:
        raise Refused("admin-not-found")
    engine.begin_writing(db.session)
    retention.keep(db.session, platform_id, months, guard.here().now)
    guard.note("retention.set", guard.platform().name, platform_id=platform_id, months=months)
    db.session.commit()
    return guard.done(".keeping", "kept")


def _months(written: str) -> int | None:
    """Read a choice; 0 for good, None when it is none."""
    if written == "0":
        return 0
    return int(written) if written.isdecimal() and int(written) in retention.CHOICES else None
