"""A person at an activity: see it, save drafts, hand in, begin again, talk with the teacher."""

import json
import secrets
from collections.abc import Mapping, Sequence
from time import time
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from flask_babel import get_locale
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.access import Action
from lms_ext.domain.activities import Answer, Entries, Field, FieldKind, Work
from lms_ext.domain.people import Role
from lms_ext.domain.refusals import Refused
from lms_ext.domain.texts import pick, storable
from lms_ext.models import Attempt, Submission, db, engine, utcnow
from lms_ext.services import attempting, drafting, marking, scoring
from lms_ext.services.drafting import Change, Saved, Stored
from lms_ext.web import sessions
from lms_ext.web.assets import show_inside
from lms_ext.web.entry import Place, enter, keep_private, pinned, place
from lms_ext.web.errors import wants_json
from lms_ext.web.i18n import SWITCHES, clock
from lms_ext.web.json_bodies import sent_object
from lms_ext.web.sessions import LaunchRef
from lms_ext.web.tool import tool

bp = Blueprint("activities", __name__, url_prefix="/l/<launch:ref>")
bp.after_request(keep_private)

_HOST_FIELDS = frozenset({"csrf", "client_key", "tab", "revs", "attempt", "action", "check", "switch", "sure"})


@bp.get("/a/<activity_id>")
def show(ref: LaunchRef, activity_id: str) -> Response | str:
    """Show the activity: at work, or what was handed in."""
    asked = next((one for one in ("unready", "unsure") if one in request.args), "")
    return activity_page(place(enter(ref, Action.WORK), activity_id), asked=asked)


def activity_page(here: Place, *, saved: Saved | None = None, asked: str = "", status: int = 200) -> Response:
    """Make the page of the person's latest attempt; the first visit begins one."""
    own = attempting.attempts(db.session, here.visitor.seat.actor, here.link.id, here.activity.ref)
    opens = here.link.starts_at
    if not own and opens and opens > here.visitor.now and here.visitor.seat.actor.role == Role.LEARNER:
        raise Refused("not-open-yet", context={"opens": opens})
    attempt = own[-1] if own else _begin(here, 1)
    here = pinned(here, attempt)
    if attempt.status in drafting.OPEN:
        page = _attempt_page(here, attempt, saved, asked)
    else:
        page = _review_page(here, attempt, may_again=attempting.may_begin(own, here.activity, here.kind))
    return make_response(page, status)


def _begin(here: Place, number: int) -> Attempt:
    engine.begin_writing(db.session)
    visitor = here.visitor
    attempt = attempting.begin(
        db.session, visitor.seat.actor, here.link, here.activity, here.snapshot, here.kind, number, visitor.now
    )
    db.session.commit()
    return attempt


def _attempt_page(here: Place, attempt: Attempt, saved: Saved | None, asked: str) -> str:
    drafts, aside = drafting.with_aside(db.session, attempt)
    work = attempting.work_of(attempt, drafting.answer(drafts))
    context = here.kind.view(here.activity.config, work)
    returned = attempt.status == "returned"
    return render_template(
        "pages/activity.html",
        **_shared(here, attempt),
        **_field_helpers(work.answer, work.checked),
        mode="attempt",
        plugin_template=here.kind.attempt_template,
        plugin=context,
        revs={name: one.rev for name, one in drafts.items()},
        saved_at=max((one.saved_at for one in drafts.values() if one.saved_at), default=None),
        seal=sessions.draft_seal(attempt.platform_id, attempt.space_id, attempt.id, attempt.person_id),
        aside=aside,
        client_key=secrets.token_urlsafe(16),
        tab=secrets.token_urlsafe(8),
        draft_url=here.url("draft"),
        submit_url=here.url("submit"),
        submit_label=here.kind.submit_label,
        **_before_handing_in(here, work, asked),
        conflicts=saved.conflicts if saved else {},
        rejected={name: request.form.getlist(name) for name in saved.conflicts} if saved else {},
        notice="saved" if saved and not saved.conflicts else "",
        returned=returned,
        thread=marking.thread(db.session, attempt) if returned else [],
        attempts_limit=here.activity.attempts if here.kind.wants.entries == Entries.ATTEMPTS else None,
        switch_form="kerja",
    )


def _before_handing_in(here: Place, work: Work, asked: str) -> dict[str, Any]:
    """Give what keeps the work from being handed in and the field to go to, or what its author may have overlooked."""
    if asked == "unsure":
        return {"doubt": attempting.doubted(here.kind, here.activity, work)}
    missing = attempting.lacking(here.kind, here.activity, work) if asked else None
    return {"missing": missing, "gap": here.kind.gap(here.activity.config, work)} if missing else {}


def _review_page(here: Place, attempt: Attempt, *, may_again: bool) -> str:
    sent = attempting.submissions(db.session, attempt)
    handed_in = sent[-1]
    mark = marking.latest_mark(db.session, attempt)
    thread = marking.thread(db.session, attempt)
    return render_template(
        "pages/activity.html",
        **_shared(here, attempt),
        **review_context(here, attempt, sent, more=may_again),
        mode="review",
        submission=handed_in,
        mark=mark,
        rubric=here.activity.rubric,
        thread=thread,
        unsaved_form=bool(thread),
        comment_url=here.url("comment"),
        again_url=here.url("again") if may_again else "",
        counted=scoring.counted(db.session, attempt, here.activity.keep) if attempt.number > 1 else None,
        maximum=scoring.maximum(here.link, here.activity),
    )


def review_context(here: Place, attempt: Attempt, sent: Sequence[Submission], *, more: bool = False) -> dict[str, Any]:
    """Give what a plugin's review template needs of the latest of the submissions in `sent`; `more`: its reader may try again.

    A raising plugin still leaves the person's own words readable.
    """
    answer, outcome = attempting.stored_answer(sent[-1]), attempting.stored_outcome(sent[-1])
    previous = attempting.stored_answer(sent[-2]) if len(sent) > 1 else None
    work = attempting.work_of(attempt, answer, previous, more=more)
    try:
        context = here.kind.review(here.activity.config, work, outcome)
    except Exception as error:  # noqa: BLE001 - a plugin's fault, logged below: the page shows the stored answer instead
        tool().plugins.log_failure(here.kind.name, "review", error)
        return {"plugin_template": "pages/raw_answer.html", "plugin": {"answer": answer}, **_field_helpers(answer, work.checked)}
    return {"plugin_template": here.kind.review_template, "plugin": context, **_field_helpers(answer, work.checked)}


def _shared(here: Place, attempt: Attempt) -> dict[str, Any]:
    show_inside(here.snapshot, here.activity)
    return {
        "place": here,
        "visitor": here.visitor,
        "home_url": here.home_url,
        "activity": here.activity,
        "attempt": attempt,
        "csrf": here.visitor.csrf,
    }


def _field_helpers(answer: Answer, checked: frozenset[str]) -> dict[str, Any]:
    return {"fields_value": lambda name: list(answer.get(name, ())), "checked": lambda part: part in checked}


@bp.put("/a/<activity_id>/draft")
def autosave(ref: LaunchRef, activity_id: str) -> tuple[Response, int]:
    """Save changed fields; the answer says for each what became of it."""
    here = place(enter(ref, Action.WORK), activity_id)
    body = _json_body()
    attempt = _own_attempt(here, str(body.get("attempt", "")))
    changes = _json_changes(body)
    tab = storable(body["tab"])[:40]
    here = pinned(here, attempt)
    fields = here.kind.fields(here.activity.config, attempt.state)
    typed = {name: one for name, one in fields.items() if not one.by_button}
    _refuse_bad(changes, typed, attempt)
    if chosen := _chosen(body):
        drafting.choose(db.session, attempt, chosen)
    saved = drafting.save(db.session, attempt, tab, changes, here.visitor.now)
    db.session.commit()
    return jsonify(_told(saved) | {"echo": _echoes(here, changes)}), 409 if saved.closed else 200


def _echoes(here: Place, changes: Mapping[str, Change]) -> dict[str, str]:
    try:
        said = {name: here.kind.echo(here.activity.config, name, "".join(one.value[:1])) for name, one in changes.items()}
    except Exception as error:  # noqa: BLE001 - a plugin's fault, logged below: what was typed is saved all the same
        tool().plugins.log_failure(here.kind.name, "echo", error)
        return {}
    return {name: pick(one, str(get_locale())) for name, one in said.items() if one}


def _told(saved: Saved) -> dict[str, Any]:
    return {
        "saved": {name: {"rev": rev} for name, rev in saved.revs.items()},
        "conflicts": {name: {"rev": one.rev, "value": list(one.value)} for name, one in saved.conflicts.items()},
        "closed": saved.closed,
        "at": clock(utcnow()),
    }


def _json_body() -> dict[str, Any]:
    body = sent_object()
    if body is None:
        raise Refused("bad-request")
    return body


def _json_changes(body: dict[str, Any]) -> dict[str, Change]:
    if not isinstance(body.get("fields"), dict) or not isinstance(body.get("tab"), str):
        raise Refused("bad-request")
    changes = {}
    for name, one in body["fields"].items():
        value = one.get("value") if isinstance(one, dict) else None
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise Refused("bad-request")
        n, base = one.get("n"), one.get("base", 0)
        if not (isinstance(n, int) and 0 <= n < 1 << 62 and _is_revision(base)):
            raise Refused("bad-request")
        changes[str(name)] = Change(_normal(value), int(n), int(base))
    return changes


def _chosen(body: Mapping[str, Any]) -> list[str]:
    """Read the texts set aside that need not be offered again."""
    given = body.get("chosen", [])
    if not isinstance(given, list) or len(given) > 200 or not all(isinstance(one, str) for one in given):
        raise Refused("bad-request")
    return [storable(one) for one in given]


def _normal(values: list[str]) -> tuple[str, ...]:
    """Store no empty values: an unanswered field and an emptied one are the same."""
    return tuple(value for value in (storable(one).replace("\r\n", "\n") for one in values) if value)


def _is_revision(value: object) -> bool:
    return isinstance(value, int) and 0 <= value < 1 << 31


def _own_attempt(here: Place, attempt_id: str, *, lock: bool = False) -> Attempt:
    """Find the person's own attempt at this activity through this link; anyone else's, or another column's, is absent."""
    number = sessions.read_id(attempt_id)
    if number is None:
        raise Refused("not-found")
    actor = here.visitor.seat.actor
    found = attempting.locked(db.session, actor, number) if lock else attempting.find(db.session, actor, number)
    if found is None or (found.person_id, found.link_id, found.activity_ref) != (
        actor.person_id,
        here.link.id,
        here.activity.ref,
    ):
        raise Refused("not-found")
    return found


@bp.post("/a/<activity_id>/submit")
def submit(ref: LaunchRef, activity_id: str) -> BaseResponse:
    """Save what the form holds, then do what the pressed button says: save, check a part, the type's own, or hand in."""
    here = place(enter(ref, Action.WORK), activity_id)
    attempt = _own_attempt(here, request.form.get("attempt", ""), lock=True)
    here = pinned(here, attempt)
    pressed = {name: value for name, value in request.form.items() if name in here.kind.buttons}
    saved = _save_form(here, attempt, pressed)
    if saved.closed:  # what is sent again unchanged gets the receipt again, see _hand_in
        raise Refused("already-sent")
    if saved.conflicts:
        db.session.commit()
        return make_response(jsonify(_told(saved)), 409) if wants_json() else activity_page(here, saved=saved, status=409)
    if request.form.get("switch") in SWITCHES:
        db.session.commit()
        return _go(f"/{request.form['switch']}?{urlencode({'next': here.url()})}")
    if "check" in request.form:
        if not attempting.check_part(db.session, attempt, here.kind, here.activity, request.form["check"]):
            raise Refused("field-refused")
        db.session.commit()
        return _go(f"{here.url()}#{request.form['check']}")
    if request.form.get("action") == "save" or (pressed and not pressed.keys() & here.kind.submitting):
        db.session.commit()
        return _go(here.url())
    return _hand_in(here, attempt)


def _go(url: str) -> BaseResponse:
    """Send the browser on; a script is told the address, so that it does not load the page only to load it again."""
    return jsonify(url=url) if wants_json() else redirect(url, 303)


def _hand_in(here: Place, attempt: Attempt) -> BaseResponse:
    client_key = storable(request.form.get("client_key", ""))[:64] or secrets.token_urlsafe(16)
    receipt = attempting.submit(
        db.session, attempt, here.link, here.activity, here.kind, client_key, here.visitor.now, sure="sure" in request.form
    )
    db.session.commit()  # the submission and its outbox slot together
    if receipt.missing or receipt.doubt:
        asked = "unready" if receipt.missing else "unsure"
        return _go(f"{here.url()}?{asked}=1") if wants_json() else activity_page(here, asked=asked, status=422)
    if receipt.mismatch:
        raise Refused("already-sent")
    if receipt.event:
        tool().plugins.call_each("on_submission_recorded", event=receipt.event)
        tool().wake_worker()
    return _go(here.url())


def _save_form(here: Place, attempt: Attempt, pressed: Mapping[str, str]) -> Saved:
    """Save a form as sent without scripts: only fields that differ from what is stored are changes."""
    fields = here.kind.fields(here.activity.config, attempt.state)
    stored = drafting.stored(db.session, attempt)
    sent = {name: _normal(request.form.getlist(name)) for name, one in fields.items() if _in_form(name, one)}
    unknown = set(request.form) - set(fields) - _HOST_FIELDS - here.kind.buttons
    if unknown:
        raise Refused("field-refused")
    answer: Answer = {name: one.value for name, one in stored.items()} | sent
    if pressed:
        answer = attempting.press(here.kind, here.activity, attempt, answer, pressed)
    revs = _revs()
    changes = {
        name: Change(value, _now_count(), stored[name].rev if fields[name].by_button and name in stored else revs.get(name, 0))
        for name, value in answer.items()
        if value != stored.get(name, Stored((), 0, "")).value and not (fields[name].part in attempt.checked and fields[name].part)
    }
    _refuse_bad(changes, fields, attempt)
    # The form is a tab of its own: its counter is the server's clock, the script's the device's, which may be years ahead.
    return drafting.save(db.session, attempt, f"{storable(request.form.get('tab', ''))[:32]}/form", changes, here.visitor.now)


def _refuse_bad(changes: Mapping[str, Change], fields: Mapping[str, Field], attempt: Attempt) -> None:
    """Raise Refused when something sent may not be stored; nothing of it is."""
    bad = drafting.refused(changes, fields, frozenset(attempt.checked))
    if bad:
        raise Refused("text-too-long" if drafting.too_long(changes, fields, bad) else "field-refused", context={"fields": bad})


def _in_form(name: str, one: Field) -> bool:
    """Tell whether a form speaks of a field. Unticked boxes send nothing, but a text box on the page is always sent."""
    if one.by_button:
        return False
    return name in request.form or one.kind != FieldKind.TEXT


def _now_count() -> int:
    return int(time() * 1000)


def _revs() -> dict[str, int]:
    try:
        revs = json.loads(request.form.get("revs") or "{}")
    except (ValueError, RecursionError):
        return {}
    return {str(name): rev for name, rev in revs.items() if _is_revision(rev)} if isinstance(revs, dict) else {}


@bp.post("/a/<activity_id>/again")
def again(ref: LaunchRef, activity_id: str) -> BaseResponse:
    """Begin another attempt when the activity allows one."""
    here = place(enter(ref, Action.WORK), activity_id)
    own = attempting.attempts(db.session, here.visitor.seat.actor, here.link.id, here.activity.ref)
    if attempting.may_begin(own, here.activity, here.kind):
        _begin(here, own[-1].number + 1 if own else 1)
    return redirect(here.url(), 303)


@bp.post("/a/<activity_id>/comment")
def comment(ref: LaunchRef, activity_id: str) -> BaseResponse:
    """Answer in the talk about one's own work."""
    here = place(enter(ref, Action.WORK), activity_id)
    attempt = _own_attempt(here, request.form.get("attempt", ""))
    marking.say(db.session, here.visitor.seat.actor, attempt, request.form.get("body", ""), here.visitor.now)
    db.session.commit()
    return redirect(f"{here.url()}#percakapan", 303)
