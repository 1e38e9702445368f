"""What comes back from a choice of activities: proven, then placed in the course."""

import secrets
from dataclasses import dataclass, field
from typing import Any

import jwt
from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _

from lms_ext.sandbox.claims import DEEP_LINKING, LTI
from lms_ext.sandbox.course import COURSE_ID, is_review, is_time
from lms_ext.sandbox.keys import ToolKeysError
from lms_ext.sandbox.messages import N_
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.services import practice, record, words

bp = Blueprint("deep_linking", __name__, url_prefix="/deep-linking")
_TITLES = 255


class ChoiceRefused(Exception):
    """An answer was not placed; the text says why, in the language of the page."""


@dataclass(slots=True)
class Placed:
    """What an answer came to."""

    titles: list[str] = field(default_factory=list)
    message: str = ""
    error: str = ""


@bp.post("/return")
def back() -> Response:
    """Take the tool's answer, which the browser posts."""
    lms = practice()
    try:
        placed = place(lms, request.form.get("JWT", ""), request.args.get("request", ""))
    except ChoiceRefused as refused:
        words(N_("Pilihan aktivitas ditolak: %(reason)s"), reason=str(refused))
        answer = make_response(render_template("choice.html", refused=str(refused), placed=Placed()), 400)
        record("", answer)
        return answer
    if placed.titles:
        words(N_("Pilihan aktivitas diterima: %(titles)s"), titles=", ".join(placed.titles))
    else:
        words(N_("Pilihan aktivitas dibatalkan"))
    answer = make_response(render_template("choice.html", refused="", placed=placed))
    record("", answer)
    return answer


def place(lms: Practice, token: str, request_id: str) -> Placed:
    """Check an answer whole, then place its items; raise ChoiceRefused with the course as it was."""
    asked = lms.peek_hint(request_id)
    if asked is None or asked.get("kind") != "deep-linking":
        raise ChoiceRefused(_("Permintaan pilihan ini tidak dikenal. Mulai lagi dari Tambah aktivitas."))
    body = _proven(lms, token)
    if body.get(LTI + "message_type") != "LtiDeepLinkingResponse" or body.get(LTI + "version") != "1.3.0":
        raise ChoiceRefused(_("Jenis atau versi pesan bukan LtiDeepLinkingResponse 1.3.0."))
    if body.get(LTI + "deployment_id") != lms.profile.deployment_id:
        raise ChoiceRefused(_("deployment_id bukan milik pemasangan ini."))
    if lms.profile.sends_data and body.get(DEEP_LINKING + "data") != asked["data"]:
        raise ChoiceRefused(_("Nilai data tidak kembali seperti yang dikirim."))
    items = body.get(DEEP_LINKING + "content_items", [])
    if not isinstance(items, list):
        raise ChoiceRefused(_("content_items harus berupa daftar."))
    several = str(lms.profile.accept_multiple).lower() == "true"
    if len(items) > 1 and not several:
        raise ChoiceRefused(_("Hanya satu aktivitas yang dapat dipilih."))
    checked = [_item(lms, one, number) for number, one in enumerate(items, 1)]
    with lms.store.lock:
        if not lms.first_use(f"deep-linking {request_id}", lms.now() + 86_400):
            raise ChoiceRefused(_("Pilihan ini sudah ditempatkan."))
        for one in checked:
            lms.course.add_link(**one, course=asked.get("course", COURSE_ID))
    return Placed(
        [one["title"] for one in checked], _words(body.get(DEEP_LINKING + "msg")), _words(body.get(DEEP_LINKING + "errormsg"))
    )


def _words(value: Any) -> str:
    return value[:500] if isinstance(value, str) else ""


def _proven(lms: Practice, token: str) -> dict[str, Any]:
    if not token:
        raise ChoiceRefused(_("Jawaban alat tidak membawa JWT."))
    try:
        key = lms.tool_keys.key(lms.tool.jwks_url, token)
        body: dict[str, Any] = jwt.decode(
            token, key, algorithms=["RS256"], audience=lms.issuer, issuer=lms.client_id, leeway=60,
            options={"require": ["exp", "iat", "nonce", "aud", "iss"]},
        )  # fmt: skip
    except (jwt.PyJWTError, ToolKeysError) as error:
        raise ChoiceRefused(_("Tanda tangan atau isi JWT tidak sah: %(why)s", why=str(error))) from error
    if not isinstance(body["nonce"], str) or not lms.first_use(f"nonce {body['nonce']}", float(body["exp"]) + 60):
        raise ChoiceRefused(_("Jawaban ini sudah pernah dikirim."))
    return body


def _item(lms: Practice, item: Any, number: int) -> dict[str, Any]:
    """Read one content item as arguments of `Course.add_link`."""
    if not isinstance(item, dict):
        raise ChoiceRefused(_("Butir %(number)s bukan objek.", number=number))
    if item.get("type") != "ltiResourceLink":
        raise ChoiceRefused(_("Butir %(number)s: jenis %(kind)s tidak dapat ditempatkan.", number=number, kind=item.get("type")))
    custom = item.get("custom") or {}
    if not isinstance(custom, dict) or not all(isinstance(one, str) for one in custom.values()):
        raise ChoiceRefused(_("Butir %(number)s: custom harus berisi teks.", number=number))
    title = str(item.get("title") or _("Aktivitas tanpa judul"))[:_TITLES]
    url = str(item.get("url") or lms.tool.launch_url)
    times = {
        "starts": _time(item, "available", "startDateTime", number),
        "ends": _time(item, "submission", "endDateTime", number),
    }
    kept = times if lms.profile.takes_dates else {}
    return {"title": title, "url": url, "custom": custom, **kept, **_column(item.get("lineItem"), number)}


def _time(item: dict[str, Any], about: str, name: str, number: int) -> str:
    told = item.get(about) or {}
    written = told.get(name, "") if isinstance(told, dict) else None
    if written != "" and not is_time(written):
        raise ChoiceRefused(_("Butir %(number)s: waktu di %(about)s bukan ISO 8601 dengan zona.", number=number, about=about))
    return str(written)


def _column(wanted: Any, number: int) -> dict[str, Any]:
    if wanted is None:
        return {}
    maximum = wanted.get("scoreMaximum") if isinstance(wanted, dict) else None
    if isinstance(maximum, bool) or not isinstance(maximum, (int, float)) or maximum != int(maximum) or not 1 <= maximum <= 100:
        # Moodle 4.5.6 cannot save anything but whole numbers from 1 to 100
        raise ChoiceRefused(_("Butir %(number)s: scoreMaximum harus bilangan bulat 1 sampai 100.", number=number))
    texts = {name: str(wanted.get(theirs) or "")[:_TITLES] for name, theirs in (("label", "label"), ("tag", "tag"))}
    review = wanted.get("submissionReview")
    if review is not None and not is_review(review):
        raise ChoiceRefused(_("Butir %(number)s: submissionReview tidak berbentuk benar.", number=number))
    return {
        "maximum": int(maximum), "resource_id": str(wanted.get("resourceId") or "")[:_TITLES], **texts,
        "review": review, "released": wanted.get("gradesReleased") is not False,
    }  # fmt: skip


def new_request() -> str:
    """Make the opaque value that must come back as ``data``."""
    return secrets.token_urlsafe(12)
