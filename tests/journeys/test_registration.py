"""An LMS registers itself by invitation, is approved, launches, registers again, and is looked at by the doctor."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms_ext.cli import main
from lms_ext.models import Deployment, Person, Platform, Space, db, utcnow
from lms_ext.sandbox.app import create_sandbox
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.registration import activate, configuration_url, new_token
from lms_ext.sandbox.settings import SandboxSettings
from lms_ext.services import registering
from lms_ext.web.tool import tool
from tests.journeys.test_activity import document, publish
from tests.support import sum_plugin
from tests.support.databases import test_settings
from tests.support.registering import approve, register_by_invitation
from tests.support.servers import free_port
from tests.support.visitor import Page, Visitor, served


@dataclass
class Both:
    """The tool and an LMS that imitates Moodle, over sockets."""

    app: Flask
    base: str
    lms: Practice

    def register(self, *, update: bool = False) -> Page:
        return register_by_invitation(self.base, self.lms, update=update)

    def open(self, person: str, link: int, visitor: Visitor | None = None) -> Page:
        visitor = visitor or Visitor()
        visitor.post(f"{self.lms.settings.url}/acting", {"person": person})
        page = visitor.get(f"{self.lms.settings.url}/course/links/{link}/launch")
        while page.url.startswith(self.lms.settings.url):
            page = visitor.submit(page)
        return page

    def platforms(self) -> list[Platform]:
        db.session.rollback()
        db.session.expire_all()
        found = list(db.session.execute(select(Platform).order_by(Platform.id)).scalars())
        db.session.expunge_all()
        db.session.rollback()  # an open transaction of the test would lock the tool out on SQLite
        return found

    def approve(self, platform: Platform, replaced: Platform | None = None) -> None:
        approve(platform, replaced)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def settings(database_url: str, port: int) -> object:
    return test_settings(database_url, public_url=f"http://localhost:{port}")


@pytest.fixture
def both(app: Flask, port: int) -> Iterator[Both]:
    tool().plugins.add("sum", sum_plugin)
    publish(document())
    lms_port = free_port()
    sandbox = create_sandbox(SandboxSettings(url=f"http://127.0.0.1:{lms_port}", tool_url="", profile="moodle"))
    with served(app, port, "localhost"), served(sandbox, lms_port):
        yield Both(app, f"http://localhost:{port}", sandbox.extensions["practice"])


def test_registered_approved_and_opened(both: Both) -> None:
    page = both.register()
    assert page.status == 200, page.text
    assert "menunggu persetujuan" in page.text
    assert both.lms.store.get("registered")["claims"] == ["iss", "sub", "name", "given_name", "family_name"]
    activate(both.lms)
    link = both.lms.add_activity("Jumlah", "demo/sum")
    (platform,) = both.platforms()
    assert (platform.status, platform.product, platform.client_id) == ("pending", "moodle", both.lms.client_id)
    assert platform.client_id != both.lms.settings.client_id
    refused = both.open("1", link)
    assert refused.status == 403
    assert "platform-inactive" in refused.text
    both.approve(platform)
    assert both.open("1", link).status == 200
    db.session.rollback()
    person = db.session.execute(select(Person)).scalar_one()
    assert person.name
    assert not person.email, "the mail address was not asked for"


def test_registering_again_leaves_nothing_behind(both: Both) -> None:
    """Same client id: updated in place. A waiting one: replaced. A new client id: takes the work over when an admin says so."""
    both.register()
    both.register()
    (first,) = both.platforms()
    activate(both.lms)
    assert first.client_id == both.lms.client_id, "of two waiting registrations the newer one counts"
    both.approve(first)
    link = both.lms.add_activity("Jumlah", "demo/sum")
    assert both.open("1", link).status == 200
    page = both.register(update=True)
    assert "langsung berlaku" in page.text
    (same,) = both.platforms()
    assert (same.id, same.status, same.client_id) == (first.id, "active", first.client_id)

    both.register()  # Moodle: "register as a new tool"
    assert len(both.platforms()) == 2
    assert both.open("1", link).status == 200, "the old one works while the new one waits"
    activate(both.lms)
    old, new = both.platforms()
    assert [one.id for one in registering.rivals(db.session, new)] == [old.id]
    db.session.rollback()
    both.approve(new, old)
    (kept,) = both.platforms()
    assert (kept.id, kept.client_id) == (first.id, both.lms.client_id)
    assert both.open("1", link).status == 200
    db.session.rollback()
    assert db.session.execute(select(func.count()).select_from(Person)).scalar_one() == 1
    assert db.session.execute(select(func.count()).select_from(Space)).scalar_one() == 1


def test_a_new_deployment_id_of_a_replacing_registration_keeps_the_courses(both: Both) -> None:
    """Moodle gives each tool a deployment id of its own: the courses of the old one become those of the new."""
    both.register()
    activate(both.lms)
    (platform,) = both.platforms()
    both.approve(platform)
    assert both.open("1", both.lms.add_activity("Jumlah", "demo/sum")).status == 200
    told = registering.Told(
        platform.issuer, "other", "77", "moodle", "x", platform.auth_login_url, platform.auth_token_url, platform.jwks_url, "",
        shares_issuer=False,
    )  # fmt: skip
    invitation, _ = registering.invite(db.session, utcnow())
    recorded = registering.record(db.session, invitation, told, utcnow())
    both.approve(recorded.platform, platform)
    db.session.rollback()
    assert db.session.execute(select(Space.deployment_id)).scalars().all() == ["77"]


def test_unknown_deployments_wait_for_an_admin(both: Both) -> None:
    both.register()
    activate(both.lms)
    (platform,) = both.platforms()
    both.approve(platform)
    link = both.lms.add_activity("Jumlah", "demo/sum")
    db.session.execute(Deployment.__table__.delete())
    db.session.commit()
    tool().lti.registry.forget()
    for _ in range(2):
        page = both.open("1", link)
        assert page.status == 403
        assert "belum disetujui" in page.text
    db.session.rollback()
    (waiting,) = db.session.execute(select(Deployment)).scalars().all()
    assert waiting.status == "pending"
    registering.set_deployment(db.session, platform.id, waiting.deployment_id, "active")
    db.session.commit()
    tool().lti.registry.forget()
    assert both.open("1", link).status == 200
    registering.set_deployment(db.session, platform.id, waiting.deployment_id, "disabled")
    db.session.commit()
    tool().lti.registry.forget()
    assert "deployment-blocked" in both.open("1", link).text
    db.session.execute(Deployment.__table__.delete())
    registering.take_deployments(db.session, db.session.get_one(Platform, platform.id), by_itself=True)
    db.session.commit()
    tool().lti.registry.forget()
    assert both.open("1", link).status == 200, "accepted as it came"


def test_the_refusals_of_the_practice_lms(both: Both) -> None:
    for kind, code in {
        "missing_domain": "registration-domain", "token_already_used": "registration-token-used",
        "page-404": "registration-token-refused", "invalid_client_metadata": "registration-data",
        "empty": "registration-answer-unreadable", "cut": "registration-unreachable",
    }.items():  # fmt: skip
        both.lms.faults.add("registration", kind)
        page = both.register()
        assert f"{code} ·" in page.text, kind
    assert not both.platforms()
    both.lms.faults.add("openid-configuration", "html")
    assert "registration-not-config" in both.register().text
    stolen = new_token(both.lms, update=False).rpartition(".")[0] + ".AAAA"
    _, secret = registering.invite(db.session, utcnow())
    db.session.commit()
    given = {"invite": secret, "openid_configuration": configuration_url(both.lms), "registration_token": stolen}
    assert "registration-token-refused" in Visitor().post(f"{both.base}/lti/register", given).text


def test_the_doctor_says_what_is_wrong(both: Both) -> None:
    both.register()
    activate(both.lms)
    (platform,) = both.platforms()

    def doctor(*more: str) -> tuple[int, str]:
        db.session.rollback()
        done = CliRunner().invoke(main, ["doctor", str(platform.id), *more])
        assert not done.exception or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    code, told = doctor()
    assert code == 1
    assert "✗ Pendaftaran belum aktif" in told
    assert "✓ Kunci platform terambil: 1 kunci" in told
    both.approve(platform)
    code, told = doctor()
    assert code == 0, told
    assert "- Buku nilai terbuka: Belum dicoba" in told
    assert both.open("3", both.lms.add_activity("Jumlah", "demo/sum")).status == 200
    code, told = doctor("--lang", "en")
    assert code == 0, told
    assert "✓ The gradebook is open: Read: 1 columns" in told
    assert "✓ The list of members can be read" in told
    assert "✓ Cookies work in browsers: 1 launches" in told
    both.lms.faults.add("lineitems", "403")
    code, told = doctor()
    assert code == 1
    assert "✗ Buku nilai ditolak: LMS menjawab 403" in told
    assert "sinkronisasi nilai dan pengelolaan kolom" in told
    granted = both.lms.store.get("granted")
    both.lms.store.put("granted", granted | {"scopes": [one for one in granted["scopes"] if "nrps" not in one]})
    code, told = doctor()
    assert "! Izin layanan kurang: Kurang: Membaca daftar anggota kelas" in told
    both.lms.faults.add("jwks", "500", times=0)
    both.lms.faults.add("token", "401")
    code, told = doctor()
    assert code == 1
    assert "✗ Kunci platform tidak terambil: LMS menjawab 500" in told
    done = CliRunner().invoke(main, ["doctor", "999"])
    assert done.exit_code == 1
    assert "There is no platform" in done.output


def test_canvas_takes_our_json(client: FlaskClient) -> None:
    told = json.loads(client.get("/lti/canvas.json").data)
    assert told["oidc_initiation_url"].endswith("/lti/login")
    (extension,) = told["extensions"]
    assert extension["privacy_level"] == "name_only"
    places = {one["placement"]: one["message_type"] for one in extension["settings"]["placements"]}
    assert places == {"assignment_selection": "LtiDeepLinkingRequest", "link_selection": "LtiDeepLinkingRequest"}
    assert "attachment" in client.get("/lti/canvas.json?download").headers["Content-Disposition"]


def test_an_invitation_from_the_command_line(both: Both) -> None:
    done = CliRunner().invoke(main, ["platform", "invite", "--name", "Moodle BGTK"])
    assert done.exit_code == 0, done.output
    address = re.search(r"http\S+", done.output)
    assert address
    given = dict(parse_qsl(urlsplit(address[0]).query))
    given |= {"openid_configuration": configuration_url(both.lms), "registration_token": new_token(both.lms, update=False)}
    assert Visitor().post(f"{both.base}/lti/register", given).status == 200
    (platform,) = both.platforms()
    assert platform.name == "Moodle BGTK"
    number = str(platform.id)
    for arguments, words in ((["99"], "There is no platform 99"), ([number, "--replaces", "99"], "no older registration")):
        assert words in CliRunner().invoke(main, ["platform", "approve", *arguments]).output
    assert both.platforms()[0].status == "pending"
    approved = CliRunner().invoke(main, ["platform", "approve", str(platform.id)])
    assert "Approved" in approved.output
