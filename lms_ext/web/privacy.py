"""What is held of the person at this launch: to see, to take along, and to have erased."""

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, request

from lms_ext.domain.access import Action
from lms_ext.domain.admins import AdminActor, AdminRole
from lms_ext.domain.refusals import Refused
from lms_ext.models import Person, db, engine
from lms_ext.services import audit, personal_data
from lms_ext.web import dossiers
from lms_ext.web.entry import Visitor, enter, keep_private
from lms_ext.web.sessions import LaunchRef

bp = Blueprint("privacy", __name__, url_prefix="/l/<launch:ref>/privacy")
bp.after_request(keep_private)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data this launch opens."""

    person: Person | None
    """None for somebody whom this tool does not know."""
    is_self: bool
    may_erase: bool
    """Only what the LMS opened for this purpose erases: in a course a pupil could else begin a quiz anew by it."""


def _subject(visitor: Visitor) -> Subject:
    actor, about = visitor.seat.actor, visitor.seat.about_id
    person_id = actor.person_id if about is None else about
    person = db.session.get(Person, (actor.platform_id, person_id))
    return Subject(person, person_id == actor.person_id, person is not None and about is not None)


def _known(visitor: Visitor) -> tuple[Subject, Person]:
    subject = _subject(visitor)
    if subject.person is None:
        raise Refused("not-found")
    return subject, subject.person


@bp.get("")
def show(ref: LaunchRef) -> Response:
    """Show how much is held, and what can be done with it."""
    visitor = enter(ref, Action.OWN_DATA)
    subject = _subject(visitor)
    counts = personal_data.counts(db.session, subject.person.platform_id, subject.person.id) if subject.person else {}
    return make_response(render_template("pages/privacy.html", visitor=visitor, subject=subject, counts=counts))


@bp.post("/export")
def export(ref: LaunchRef) -> Response:
    """Send everything as a file."""
    visitor = enter(ref, Action.OWN_DATA)
    _, person = _known(visitor)
    made = dossiers.archive(person.platform_id, person.id)
    audit.write(db.session, _who(visitor), "person.export", str(person.id), platform_id=person.platform_id)
    db.session.commit()
    return dossiers.download(made, person.id)


@bp.get("/erase")
def ask(ref: LaunchRef) -> Response:
    """Ask whether erasing is meant, and say what stays."""
    return _asked(enter(ref, Action.OWN_DATA))


def _asked(visitor: Visitor, *, unsure: bool = False) -> Response:
    subject, person = _known(visitor)
    if not subject.may_erase:
        raise Refused("not-found")
    counts = personal_data.counts(db.session, person.platform_id, person.id)
    page = render_template("pages/privacy_erase.html", visitor=visitor, subject=subject, counts=counts, unsure=unsure)
    return make_response(page, 422 if unsure else 200)


@bp.post("/erase")
def erase(ref: LaunchRef) -> Response:
    """Erase when the box was ticked; whose own data it was has no session after this."""
    visitor = enter(ref, Action.OWN_DATA)
    if request.form.get("sure") != "yes":
        return _asked(visitor, unsure=True)
    subject, person = _known(visitor)
    if not subject.may_erase:
        raise Refused("not-found")
    engine.begin_writing(db.session)
    asked_by = "person" if subject.is_self else "platform"
    gone = personal_data.erase(db.session, person.platform_id, person.id, asked_by, visitor.now) or {}
    audit.write(
        db.session, _who(visitor), "person.erase", str(person.id), platform_id=person.platform_id, rows=sum(gone.values())
    )
    db.session.commit()
    page = render_template("pages/privacy_erased.html", subject=subject, proof=person.id, return_url=visitor.seat.return_url)
    return make_response(page)


def _who(visitor: Visitor) -> AdminActor:
    """Give who acts, for the audit log: a person of the LMS, by number."""
    return AdminActor(None, f"{visitor.seat.platform_name}: {visitor.seat.actor.person_id}", AdminRole.PLATFORM)
