"""What all services of the practice LMS share: faults, access tokens, media types and the log."""

import functools
import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, g, make_response, request

from lms_ext.sandbox.faults import APPLIED, REGISTRATION, Fault
from lms_ext.sandbox.messages import N_, Message, masked, shown, tokens_in
from lms_ext.sandbox.practice import Practice

_WORDS = {
    "auth": N_("Alat meminta pembukaan"),
    "jwks": N_("Alat mengambil kunci LMS"),
    "token": N_("Token layanan diminta"),
    "scores": N_("Nilai dikirim alat"),
    "results": N_("Alat membaca nilai"),
    "lineitems": N_("Alat membuka daftar kolom nilai"),
    "memberships": N_("Alat membaca daftar anggota"),
    "notices": N_("Alat membuka daftar pemberitahuan"),
    "openid-configuration": N_("Alat membaca konfigurasi LMS"),
    "registration": N_("Alat mendaftarkan diri"),
    "groups": N_("Alat membaca kelompok"),
}
_NO_BODY = {204, 304}


class Problem(Exception):
    """A service refuses: status, and a text for the developer of the tool."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def practice() -> Practice:
    """Give the practice LMS of this application."""
    found: Practice = current_app.extensions["practice"]
    return found


def words(text: str, **args: Any) -> None:
    """Say in the log what this call was, in words made for it."""
    g.log_words = (text, args)


View = Callable[..., Any]


def service(name: str) -> Callable[[View], View]:
    """Make a view a service: ordered faults first, refusals as the LMS writes them, every call in the log."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def call(**path: Any) -> Any:
            fault = practice().faults.take(name)
            if fault and fault.kind == "slow":
                time.sleep(fault.seconds)
            answer = _refusal(fault) if fault and fault.kind not in APPLIED else _answer(view, path)
            if fault:
                answer = _spoilt(answer, fault)
            record(_WORDS[name], answer, fault)
            if fault and fault.kind in {"cut", "down"}:
                hang_up()
            return answer

        return call

    return wrap


def _answer(view: View, path: dict[str, Any]) -> Response:
    try:
        return make_response(view(**path))
    except Problem as problem:
        return refused(problem.status, str(problem))


def refused(status: int, text: str) -> Response:
    """Write a refusal as the imitated LMS does."""
    g.log_reason = text
    body = "[]" if practice().profile.bare_errors else json.dumps({"status": status, "error": text})
    return Response(body, status, mimetype="application/json")


def _refusal(fault: Fault) -> Response:
    if fault.kind == "down":
        return Response("", 503)
    if fault.kind in REGISTRATION:
        status, kind, text = REGISTRATION[fault.kind]
        return Response(text, status, mimetype=kind)
    answer = refused(int(fault.kind), "ordered fault")
    if fault.kind == "401":
        practice().revoke_tokens()
        answer = refused(*practice().profile.bad_token)
    if fault.kind in {"429", "503"}:
        answer.headers["Retry-After"] = str(int(fault.seconds))
    return answer


def _spoilt(answer: Response, fault: Fault) -> Response:
    if fault.kind == "html" and answer.status_code not in _NO_BODY:
        return Response("<!doctype html><title>LMS</title><p>Selamat datang</p>", answer.status_code, mimetype="text/html")
    if fault.kind == "empty":
        return Response(b"", answer.status_code, mimetype="application/json")
    if fault.kind in {"loop", "foreign"}:
        base = practice().settings.url.rstrip("/") if fault.kind == "loop" else "https://lain.example"
        answer.headers["Link"] = f'<{base}{request.full_path.rstrip("?")}>; rel="next"'
    return answer


def hang_up() -> None:
    """Close the connection without an answer, as a network that fails does; without a socket the test client sees an error."""
    connection = request.environ.get("werkzeug.socket") or request.environ.get("gunicorn.socket")
    if connection is None:
        raise ConnectionAbortedError("ordered fault: the connection was cut")
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # pragma: no cover - the tool hung up in the same moment
        return


def record(standard: str, answer: Response, fault: Fault | None = None) -> None:
    """Write this request and its answer into the log."""
    text, args = g.pop("log_words", (standard, {}))
    status = answer.status_code
    good = status < 400 and not (fault and fault.kind in {"cut", "down"})
    form = request.form.to_dict() or request.args.to_dict()
    heading = "\n".join(f"{name}: {value}" for name, value in masked(dict(request.headers)).items())
    posted = request.get_data() if not request.form else b""
    body = shown(posted) if posted or not form else json.dumps(masked(form), indent=2, ensure_ascii=False)
    line = f"{request.method} {request.path} · {status}"
    if fault:
        line += f" · {fault.kind}"
    reason = g.pop("log_reason", "")
    practice().messages.add(
        Message(
            words=text,
            args=args,
            good=good,
            line=f"{line} · {reason}" if reason else line,
            request=f"{heading}\n\n{body}".strip(),
            answer=f"{status}\n{shown(answer.get_data())}".strip() if not answer.is_streamed else str(status),
            tokens=tokens_in(form),
        )
    )


def need_scope(*any_of: str) -> None:
    """Refuse a call without a token, or whose token allows none of the scopes."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    scopes = practice().scopes_of(token) if kind.lower() == "bearer" else None
    if scopes is None:
        raise Problem(*practice().profile.bad_token)
    if not set(scopes) & set(any_of):
        raise Problem(403, f"the access token lacks the scope {any_of[0]}")


def need_accept(kind: str) -> None:
    """Refuse a caller that does not ask for exactly this media type."""
    asked = [one.split(";")[0].strip() for one in request.headers.get("Accept", "").split(",")]
    if kind not in asked:
        raise Problem(400 if practice().profile.media_status == 400 else 406, f"Accept must name {kind}")


def need_body(kind: str) -> Any:
    """Give the JSON body; refuse another media type or what is not JSON."""
    if request.mimetype != kind:
        raise Problem(practice().profile.media_status, f"Content-Type must be {kind}, not {request.mimetype or 'missing'}")
    try:
        return json.loads(request.get_data())
    except ValueError as error:
        raise Problem(400, f"the body is not JSON: {error}") from error


def paged(rows: list[Any]) -> tuple[list[Any], str]:
    """Give the page of rows that `limit` and `page` name, and a ``Link`` value for the next page or ""."""
    try:
        limit, page = int(request.args.get("limit", "0") or 0), int(request.args.get("page", "1") or 1)
    except ValueError as error:
        raise Problem(400, "limit and page must be whole numbers") from error
    if limit < 0 or page < 1:
        raise Problem(400, "limit and page must be positive")
    most = practice().page_size
    limit = min(limit or most, most)
    start = (page - 1) * limit
    if start + limit >= len(rows):
        return rows[start : start + limit], ""
    query = urlencode([(k, v) for k, v in request.args.items(multi=True) if k != "page"] + [("page", str(page + 1))])
    base = practice().settings.url.rstrip("/")
    return rows[start : start + limit], f'<{base}{request.path}?{query}>; rel="next"'
