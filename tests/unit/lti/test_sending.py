"""What each answer of a gradebook means for one score on its way."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lms_ext.domain.columns import SCOPE
from lms_ext.domain.quirks import Quirks
from lms_ext.lti.ags import Gradebook
from lms_ext.lti.quirks.canvas import Canvas
from lms_ext.lti.registry import KnownPlatform
from lms_ext.lti.tokens import Tokens
from lms_ext.models import Platform, db
from lms_ext.services.columns import Column, Wanted
from lms_ext.services.delivering import Claimed, Verdict
from lms_ext.web.tool import new_session, tool
from tests.support.answers import Answers, Given, answering

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ALL = tuple(SCOPE + one for one in ("lineitem", "result.readonly", "score"))
SUBMISSION = "https://canvas.instructure.com/lti/submission"


pytestmark = pytest.mark.usefixtures("shared_app")


@pytest.fixture
def lms() -> Iterator[Answers]:
    """Give an LMS with one column, which takes every score."""
    with answering() as server:
        server.json("/token", {"access_token": "a"})
        server.json("GET /items", [])
        server.json("/items/1/scores", {})
        server.json("/items/7/scores", {})
        yield server


def column(lms: Answers, *, made: bool = False, **more: Any) -> Column:
    """Give the link's column; with `made` one that the LMS never named and that is ours to make."""
    wanted = Wanted(
        "Jumlah", 100, "demo/sum", "sum", None, None, released=True, until=NOON + timedelta(seconds=60), taken=frozenset()
    )
    known = Column(
        "" if made else f"{lms.url}/items/1", f"{lms.url}/items", ALL, "L1", "demo/sum", wanted=wanted if made else None
    )
    return replace(known, **more)


def send(lms: Answers, into: Column, quirks: Quirks | None = None, **more: Any) -> Verdict:
    client = f"c{len(lms.asked)}"
    row = Platform(issuer=lms.url, client_id=client, name="LMS", auth_login_url="", auth_token_url="", jwks_url="")
    db.session.add(row)
    db.session.commit()
    platform = KnownPlatform(row.id, lms.url, client, "LMS", "", "active", "", f"{lms.url}/token", "", "", "", {})
    one = Claimed(
        key=(row.id, 1, 1, 1, ""), lease="x", version=1, column=into, sub="42", given=7.5, maximum=100, comment="",
        activity_progress="Completed", grading_progress="FullyGraded", submitted_at=None, stamp=NOON, delivered=(), again=False,
        arrived=False, tries=0, queued_at=NOON,
    )  # fmt: skip
    tokens = Tokens(tool().lti.outbound, tool().lti.signer, new_session)
    book = Gradebook(tool().lti.outbound, tokens, "https://alat.example/lti/launch", lambda: NOON)
    return book.send(platform, quirks or Quirks(), replace(one, **more))


def posted(lms: Answers, path: str) -> list[Any]:
    return [json.loads(body) for method, asked, _, body in lms.asked if (method, asked) == ("POST", path)]


def test_a_column_is_made_and_gets_the_score(lms: Answers) -> None:
    lms.json("POST /items", {"id": f"{lms.url}/items/7"}, 201)
    assert send(lms, column(lms, made=True)) == Verdict("sent", relink=f"{lms.url}/items/7")
    (item,) = posted(lms, "/items")
    assert (item["resourceLinkId"], item["resourceId"], item["scoreMaximum"]) == ("L1", "demo/sum", 100)
    assert [one["scoreGiven"] for one in posted(lms, "/items/7/scores")] == [7.5]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (Given(status=400), Verdict("parked", "column-refused")),
        (Given(status=404), Verdict("parked", "no-column")),
        (Given(status=500), Verdict("retry", "platform-fault", "down")),
        (Given(status=429, headers={"Retry-After": "9"}), Verdict("retry", "busy", "complains", 9.0)),
        (Given(b"{}", 201), Verdict("retry", "column-unmade")),
    ],
)
def test_a_column_that_is_not_made_keeps_the_score(lms: Answers, answer: Given, verdict: Verdict) -> None:
    lms.given["POST /items"] = answer
    assert send(lms, column(lms, made=True)) == verdict
    assert len(posted(lms, "/items")) == 1


def test_a_column_is_made_by_who_may_and_while_nobody_else_does(lms: Answers) -> None:
    mine = column(lms, made=True)
    assert mine.wanted
    readonly = replace(mine, scopes=(SCOPE + "lineitem.readonly", SCOPE + "score"))
    late = replace(mine, wanted=replace(mine.wanted, until=NOON + timedelta(seconds=1)))
    assert send(lms, readonly) == Verdict("parked", "no-column")
    assert send(lms, late) == Verdict("retry", "timeout")
    assert posted(lms, "/items") == []


def test_a_column_that_was_made_is_remembered_when_its_score_fails(lms: Answers) -> None:
    lms.json("POST /items", {"id": f"{lms.url}/items/7"}, 201)
    lms.given["/items/7/scores"] = Given(b"x" * 10_000_000)
    assert send(lms, column(lms, made=True)) == Verdict("retry", "too-large", relink=f"{lms.url}/items/7")


@pytest.mark.parametrize(
    ("tag", "verdict"), [("sum", Verdict("parked", "column-gone", gone=True)), ("", Verdict("parked", "no-column"))]
)
def test_a_column_that_is_gone_parks_the_score(lms: Answers, tag: str, verdict: Verdict) -> None:
    lms.given["/items/1/scores"] = Given(status=404)
    assert send(lms, column(lms, tag=tag)) == verdict


@pytest.mark.parametrize(
    ("status", "reason"), [(403, "not-allowed"), (410, "no-column"), (422, "not-gradable"), (418, "refused")]
)
def test_a_refusal_that_stays_parks_the_score(lms: Answers, status: int, reason: str) -> None:
    lms.given["/items/1/scores"] = Given(status=status)
    assert send(lms, column(lms)) == Verdict("parked", reason)


@pytest.mark.parametrize(("status", "reason"), [(408, "platform-fault"), (425, "platform-fault"), (502, "platform-fault")])
def test_a_fault_that_passes_keeps_the_score(lms: Answers, status: int, reason: str) -> None:
    lms.given["/items/1/scores"] = Given(status=status)
    assert send(lms, column(lms)) == Verdict("retry", reason, "down")


@pytest.mark.parametrize(
    ("results", "tries", "verdict", "counts"),
    [
        (Given(status=500), 1, Verdict("retry", "results-unreadable"), None),
        (Given(status=500), 8, Verdict("sent"), False),
        (Given(b"[]"), 1, Verdict("sent"), True),
        (Given(b'[{"userId": "42", "resultScore": "tujuh"}]'), 1, Verdict("sent"), True),
        (Given(b'[{"userId": "42", "resultScore": 7.5, "resultMaximum": 100}]'), 1, Verdict("sent"), False),
    ],
)
def test_a_try_that_was_lost_counts_as_handing_in_and_one_that_arrived_does_not(
    lms: Answers, results: Given, tries: int, verdict: Verdict, counts: bool | None
) -> None:
    lms.given["/items/1/results"] = results
    assert send(lms, column(lms), Canvas(), again=True, tries=tries) == verdict
    told = [SUBMISSION not in one for one in posted(lms, "/items/1/scores")]
    assert told == ([] if counts is None else [counts])


def test_what_surely_arrived_is_not_asked_about(lms: Answers) -> None:
    assert send(lms, column(lms), Canvas(), again=True, arrived=True) == Verdict("sent")
    assert [path for _, path, _, _ in lms.asked] == ["/token", "/items/1/scores"]


@pytest.mark.parametrize(
    ("given", "delivered", "kind"),
    [(7.5, (), "kept"), (55.0, (), "sent"), (7.5, (55.0, 3.0), "restamp"), (None, (), "kept"), (None, (55.0,), "restamp")],
)
def test_a_refused_time_is_read_by_what_we_sent_before(
    lms: Answers, given: float | None, delivered: tuple[float, ...], kind: str
) -> None:
    lms.given["/items/1/scores"] = Given(status=409)
    lms.json("/items/1/results", [{"userId": "42", "resultScore": 0.55, "resultMaximum": 1}])
    assert send(lms, column(lms), given=given, delivered=delivered).kind == kind


def test_a_score_without_points_and_with_its_time_of_handing_in(lms: Answers) -> None:
    assert send(lms, column(lms), given=None, submitted_at=NOON).kind == "sent"
    (body,) = posted(lms, "/items/1/scores")
    assert "scoreGiven" not in body
    assert body["submission"]["submittedAt"].startswith("2026-11-25T12:00:00")


def test_without_a_token_the_score_waits(lms: Answers) -> None:
    lms.given["/token"] = Given(status=400)
    assert send(lms, column(lms)) == Verdict("retry", "token-refused", "down")
