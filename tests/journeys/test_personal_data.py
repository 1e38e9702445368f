"""Everything that is held of a person is told to them, and erased at their wish, with nothing of it left anywhere."""

import io
import json
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lms_ext.cli import main
from lms_ext.domain.admins import AdminRole
from lms_ext.models import (
    Attempt,
    AuditEntry,
    Base,
    Comment,
    Erasure,
    GradeSlot,
    LaunchSession,
    Mark,
    Person,
    PublishedPack,
    Space,
    Submission,
    db,
    utcnow,
)
from lms_ext.services import personal_data, retention
from lms_ext.web import dossiers
from lms_ext.web.tool import tool
from tests.journeys.test_activity import Learner, app, document, publish  # noqa: F401 - fixtures
from tests.security.test_admin_walker import platform
from tests.security.test_walker import everything
from tests.support import sum_plugin
from tests.support.admins import HTTPS, signed_in
from tests.support.platform import KeyServer, launch
from tests.support.published import INSTRUCTOR

# ruff: noqa: F811 - fixtures of another file
SRI = {"sub": "sub-sri-8811", "name": "Sri Wahyuni Kambu", "email": "sri.kambu@guru.belajar.example"}
BUDI = {"sub": "sub-budi-2", "name": "Budi Santoso"}
JOURNAL = "Ayah saya sakit pekan ini."
CANARIES = (*SRI.values(), JOURNAL, "Saya paham sekarang")


def work(client: FlaskClient, who: dict[str, str], note: str) -> Learner:
    """Hand in, begin again, leave a draft, and say something."""
    learner = Learner(client, **who)
    assert learner.send(learner.get(), total="5", note=note, action="submit").status_code == 303
    assert learner.send(learner.get(), path="again").status_code == 303
    page = learner.get()
    assert learner.save(page, "a", total=("4", 1, 0), note=(f"{note} draf", 1, 0)).status_code == 200
    assert learner.send(page, path="comment", attempt=_first_attempt(who), body="Saya paham sekarang").status_code == 303
    db.session.remove()
    return learner


def _first_attempt(who: dict[str, str]) -> str:
    person = person_id(who)
    found = db.session.execute(select(Submission.attempt_id).join(Person, Person.id == person)).scalars().all()
    own = db.session.execute(select(Base.metadata.tables["attempt"].c.id).where(
        Base.metadata.tables["attempt"].c.person_id == person)).scalars().all()  # fmt: skip
    return str(next(one for one in own if one in found))


def person_id(who: dict[str, str]) -> int:
    found = db.session.execute(select(Person.id).where(Person.sub == who["sub"])).scalar_one()
    db.session.rollback()
    return found


@pytest.fixture
def both(app: Flask, keys: KeyServer) -> Learner:
    """Sri and Budi have worked; the teacher has written to both. Gives Sri's browser."""
    sri = work(app.test_client(), SRI, JOURNAL)
    work(app.test_client(), BUDI, "Catatan Budi")
    teacher = Learner(app.test_client(), **INSTRUCTOR)
    for who in (SRI, BUDI):
        path = f"{teacher.home}/a/sum/works/{_first_attempt(who)}"
        page = teacher.client.get(path, base_url="https://localhost")
        form = {"csrf": teacher.hidden(page.text, "csrf"), "revision": "1", "points": "8", "comment": f"Bagus, {who['name']}."}
        assert teacher.client.post(path, data=form, base_url="https://localhost").status_code == 303
        db.session.remove()
    return sri


def rows_of_person() -> dict[str, int]:
    """Count Sri's rows by looking at every table, without the service."""
    me, found = person_id(SRI), {}
    attempts = set(db.session.execute(select(Base.metadata.tables["attempt"].c.id).where(
        Base.metadata.tables["attempt"].c.person_id == me)).scalars())  # fmt: skip
    for table in Base.metadata.sorted_tables:
        names = table.c.keys()
        rows = [dict(zip(names, row, strict=True)) for row in db.session.execute(select(table))]
        found[table.name] = sum(row.get("person_id") == me or row.get("attempt_id") in attempts for row in rows)
    db.session.rollback()
    return {name: number for name, number in found.items() if number}


def text_of_the_database() -> str:
    return json.dumps(everything())


def test_an_admin_exports_and_erases_one_person_and_nobody_else(app: Flask, both: Learner) -> None:
    owner = signed_in(app)
    assert "Sri" not in owner.get("/admin/people").text
    for words in ("wahyuni", "KAMBU@guru", SRI["sub"]):
        assert SRI["name"] in owner.get("/admin/people", query_string={"q": words}).text
    assert "Tidak ada yang cocok" in owner.get("/admin/people?q=%25").text, "no wildcard of a database reaches through"
    home = f"/admin/people/1/{person_id(SRI)}"
    assert SRI["email"] in owner.get(home).text

    made = zipfile.ZipFile(io.BytesIO(owner.client.post(f"{home}/export", data={"csrf": owner.csrf}, base_url=HTTPS).data))
    db.session.remove()
    told = json.loads(made.read("data.json"))
    assert {name: len(rows) for name, rows in told["rows"].items() if rows} == rows_of_person()
    page = made.read("baca-saya.html").decode()
    for text in (*CANARIES, f"{JOURNAL} draf", f"Bagus, {SRI['name']}.", "Yohanes Kambu", "Kelas F", "Jumlah"):
        assert text in page, text
    assert BUDI["name"] not in page + json.dumps(told, ensure_ascii=False)
    assert "secret_hash" not in json.dumps(told)
    assert JOURNAL in made.read("jawaban.csv").decode("utf-8-sig")

    assert owner.post(f"{home}/erase").status_code == 422, "not without the tick"
    assert "Nilai yang sudah ada di buku nilai LMS" in owner.get(f"{home}/erase").text
    me, budi = person_id(SRI), personal_data.holdings(db.session, 1, person_id(BUDI))
    db.session.rollback()
    answer = owner.post(f"{home}/erase", sure="yes")
    assert "sudah dihapus" in owner.get(answer.headers["Location"]).text
    left = text_of_the_database()
    for canary in SRI.values():
        assert canary not in left, canary
    assert JOURNAL not in left
    assert personal_data.holdings(db.session, 1, person_id(BUDI)) == budi, "nobody else is touched"
    db.session.rollback()
    assert db.session.execute(select(GradeSlot.person_id)).scalars().all() == [person_id(BUDI)], (
        "no score of hers is sent any more"
    )
    assert both.client.get(both.home, base_url="https://localhost").status_code == 401
    audited = {row.action: row for row in db.session.execute(select(AuditEntry)).scalars()}
    assert audited["person.erase"].object == audited["person.export"].object == str(me)
    assert db.session.execute(select(Erasure.asked_by)).scalar_one() == "admin"
    db.session.remove()
    assert owner.get(home).status_code == 404
    again = Learner(app.test_client(), **SRI)
    assert JOURNAL not in again.get()
    assert person_id(SRI) != me


def test_of_nobody_there_is_nothing_to_give_or_to_erase(app: Flask, keys: KeyServer) -> None:
    owner = signed_in(app)
    for path in ("987654/export", "987654/erase"):
        assert owner.post(f"/admin/people/1/{path}", sure="yes").status_code == 404, path
    assert db.session.execute(select(Erasure)).first() is None


def test_what_was_written_is_given_whatever_became_of_the_activity(app: Flask, both: Learner) -> None:
    """Its plugin stumbles, its plugin is out, or a damaged database has lost the version it was written for."""

    def given() -> str:
        made = zipfile.ZipFile(io.BytesIO(dossiers.archive(1, person_id(SRI))))
        page = made.read("baca-saya.html").decode()
        assert JOURNAL in page
        assert JOURNAL in made.read("jawaban.csv").decode("utf-8-sig")
        return page

    def begun_with(snapshot: str) -> None:
        db.session.execute(update(Attempt).values(snapshot_hash=snapshot))
        db.session.commit()

    publish(document(first=sum_plugin.CRASH))
    begun_with(db.session.execute(select(PublishedPack.snapshot_hash)).scalar_one())
    assert "Jumlah" in given()
    tool().plugins.strict = False
    tool().plugins.quarantine("sum", "it misbehaved")
    assert "Jumlah" in given()
    begun_with("0" * 64)
    assert "demo/sum" in given()


def test_a_teachers_words_to_learners_stay_without_a_name(app: Flask, both: Learner) -> None:
    teacher = {"sub": INSTRUCTOR["sub"], "name": INSTRUCTOR["name"]}
    told = personal_data.holdings(db.session, 1, person_id(teacher))
    assert told
    assert {row["body"] for row in told.rows["comment_for_others"]} == {f"Bagus, {who['name']}." for who in (SRI, BUDI)}
    assert len(told.rows["mark_for_others"]) == 2
    done = CliRunner().invoke(main, ["person", "erase", "1", str(person_id(teacher)), "--yes"])
    assert done.exit_code == 0, done.output
    db.session.remove()
    assert INSTRUCTOR["name"] not in text_of_the_database()
    assert set(db.session.execute(select(Mark.marker_id)).scalars()) == {0}
    assert 0 in db.session.execute(select(Comment.author_id)).scalars().all()
    db.session.remove()
    colleague = Learner(app.test_client(), **(INSTRUCTOR | {"sub": "8", "name": "Wulan"}))
    page = colleague.client.get(f"{colleague.home}/a/sum/works/{_first_attempt(SRI)}", base_url="https://localhost").text
    assert "Bagus, Sri" in page
    assert "Nama dihapus" in page


def test_what_a_request_under_way_wrote_after_an_erasure_goes_as_well(app: Flask, both: Learner) -> None:
    me, now = person_id(SRI), utcnow()
    stray = db.session.execute(select(LaunchSession).where(LaunchSession.person_id == me)).scalars().first()
    assert stray
    row = {column.name: getattr(stray, column.name) for column in LaunchSession.__table__.columns}
    personal_data.erase(db.session, 1, me, "admin", now)
    db.session.commit()
    db.session.expunge_all()
    db.session.add(LaunchSession(**row))
    db.session.commit()
    assert personal_data.sweep(db.session, now + timedelta(seconds=30)) == 0
    assert personal_data.sweep(db.session, now + timedelta(minutes=3)) == 1
    db.session.commit()
    assert me not in db.session.execute(select(LaunchSession.person_id)).scalars().all()
    assert personal_data.sweep(db.session, now + timedelta(minutes=3)) == 0
    db.session.rollback()


def test_a_platform_admin_finds_only_people_of_their_platforms(app: Flask, both: Learner) -> None:
    other = platform("dua")
    admin = signed_in(app, AdminRole.PLATFORM, [other])
    assert "Sri" not in admin.get("/admin/people?q=sri").text.replace('value="sri"', "")
    assert admin.get(f"/admin/people/1/{person_id(SRI)}").status_code == 404
    assert admin.post(f"/admin/people/1/{person_id(SRI)}/erase", sure="yes").status_code == 404
    assert admin.get(f"/admin/people/{other}/{person_id(SRI)}").status_code == 404
    assert person_id(SRI)
    assert signed_in(app, AdminRole.AUDITOR).get("/admin/people").status_code == 403


def test_a_course_nobody_opens_is_emptied_in_batches_after_the_months_that_were_set(app: Flask, both: Learner) -> None:
    Learner(app.test_client(), **BUDI, context={"id": "8", "title": "Kelas G"})
    db.session.execute(update(Space).where(Space.context_id == "7").values(opened_month="2025-10"))
    db.session.commit()
    owner = signed_in(app)
    shown = owner.get("/admin/people/retention?platform=1&months=12").text
    assert "hapus setelah 12 bulan tidak dibuka?" in shown
    assert [f"<dd>{number}</dd>" in shown for number in (1, 4, 3)] == [True] * 3, "one course, four attempts, three people"
    now = utcnow().replace(year=2026, month=11, day=25)
    before = text_of_the_database()
    assert retention.run(db.session, now) is False, "nothing is forgotten unless somebody set it"
    db.session.rollback()
    assert text_of_the_database() == before
    assert owner.post("/admin/people/retention/1", months="7").status_code == 404
    assert owner.post("/admin/people/retention/1", months="0").status_code == 303
    assert retention.rules(db.session) == {}, "kept for good"
    db.session.rollback()
    assert owner.post("/admin/people/retention/1", months="12").status_code == 303
    owner.post(f"/admin/people/retention/{platform('dua')}", months="12")
    rounds = 0
    while retention.run(db.session, now, batch=2):
        db.session.commit()
        rounds += 1
        assert rounds < 20
    db.session.rollback()
    assert rounds > 3
    left = text_of_the_database()
    for canary in (*SRI.values(), JOURNAL, "Catatan Budi", INSTRUCTOR["name"]):
        assert canary not in left, canary
    assert BUDI["name"] in left, "he is in another course"
    assert len(db.session.execute(select(Space)).all()) == 2
    assert "retention.delete" in db.session.execute(select(AuditEntry.action)).scalars().all()
    db.session.remove()
    assert Learner(app.test_client(), **SRI).get(), "the course opens as before, with its activity"


def test_the_command_line_finds_exports_and_asks_before_it_erases(app: Flask, both: Learner, tmp_path: Any) -> None:
    run, me = CliRunner(), str(person_id(SRI))
    assert f"1\t{me}\t{SRI['name']}" in run.invoke(main, ["person", "find", "kambu@"]).output
    assert "Nobody fits" in run.invoke(main, ["person", "find", "zzz"]).output
    file = tmp_path / "sri.zip"
    assert run.invoke(main, ["person", "export", "1", me, "--to", str(file)]).exit_code == 0
    assert JOURNAL in zipfile.ZipFile(file).read("baca-saya.html").decode()
    assert file.stat().st_mode & 0o077 == 0
    assert run.invoke(main, ["person", "erase", "1", me], input="n\n").exit_code == 1
    assert person_id(SRI) == int(me)
    for command in (["export", "--to", str(file)], ["erase", "--yes"]):
        assert "There is no person" in run.invoke(main, ["person", *command, "1", "99"]).output


def test_cutoff_counts_whole_months() -> None:
    now = utcnow().replace(year=2026, month=3, day=31)
    assert [retention.cutoff(now, one) for one in (0, 2, 3, 12, 36)] == ["2026-03", "2026-01", "2025-12", "2025-03", "2023-03"]


class Asking:
    """A browser at the page on personal data, opened by the LMS."""

    def __init__(self, app: Flask, **claimed: Any) -> None:
        self.client = app.test_client()
        answer = launch(self.client, message_type="LtiDataPrivacyLaunchRequest", context=..., resource_link=..., **claimed)
        self.url = answer.headers["Location"]
        self.csrf = ""
        self.text = self.get()

    def get(self, path: str = "") -> str:
        text = self.client.get(self.url + path, base_url=HTTPS).text
        db.session.remove()
        found = re.search(r'name="csrf" value="([^"]*)"', text)
        self.csrf = found[1] if found else self.csrf
        return text

    def post(self, path: str, **form: str) -> TestResponse:
        answer = self.client.post(self.url + path, data={"csrf": self.csrf, **form}, base_url=HTTPS)
        db.session.remove()
        return answer


def test_a_person_takes_their_data_along_and_has_it_erased(app: Flask, both: Learner) -> None:
    sri, budi = Asking(app, **SRI), personal_data.holdings(db.session, 1, person_id(BUDI))
    db.session.rollback()
    assert SRI["email"] in sri.text
    told = json.loads(zipfile.ZipFile(io.BytesIO(sri.post("/export").data)).read("data.json"))
    assert JOURNAL in json.dumps(told, ensure_ascii=False)
    assert BUDI["name"] not in json.dumps(told, ensure_ascii=False)
    assert "Yang tetap ada" in sri.get("/erase")
    assert sri.post("/erase", sure="yes", csrf="x").status_code == 403
    assert sri.post("/erase").status_code == 422
    done = sri.post("/erase", sure="yes")
    assert "Data sudah dihapus" in done.text
    left = text_of_the_database()
    for canary in (*SRI.values(), JOURNAL):
        assert canary not in left, canary
    assert personal_data.holdings(db.session, 1, person_id(BUDI)) == budi
    db.session.rollback()
    assert sri.client.get(sri.url, base_url=HTTPS).status_code == 401
    assert db.session.execute(select(Erasure.asked_by)).scalar_one() == "person"
    actions = db.session.execute(select(AuditEntry.action).where(AuditEntry.action.startswith("person."))).scalars().all()
    assert sorted(actions) == ["person.erase", "person.export"]


def test_an_admin_of_the_lms_has_a_learners_data_erased(app: Flask, both: Learner) -> None:
    roles = ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"]
    admin = Asking(app, sub="1", name="Hendra", roles=roles, for_user={"user_id": SRI["sub"]})
    assert SRI["name"] in admin.text
    assert SRI["name"] in admin.get("/erase")
    assert "tentang orang ini" in admin.post("/erase", sure="yes").text
    left = text_of_the_database()
    assert not [one for one in (*SRI.values(), JOURNAL) if one in left]
    assert "Tidak ada data tentang orang ini" in admin.get(), "the admin's own page stays open"
    assert admin.post("/erase", sure="yes").status_code == 404


def test_in_a_course_people_see_and_take_their_data_but_erase_it_only_where_the_lms_asked(app: Flask, both: Learner) -> None:
    page = both.client.get(f"{both.home}/privacy", base_url=HTTPS).text
    assert SRI["email"] in page
    assert "Hapus semuanya" not in page
    form = {"csrf": both.hidden(page, "csrf")}
    assert both.client.post(f"{both.home}/privacy/export", data=form, base_url=HTTPS).status_code == 200
    db.session.remove()
    assert both.client.get(f"{both.home}/privacy/erase", base_url=HTTPS).status_code == 404
    assert both.client.post(f"{both.home}/privacy/erase", data=form | {"sure": "yes"}, base_url=HTTPS).status_code == 404
    db.session.remove()
    assert person_id(SRI)
