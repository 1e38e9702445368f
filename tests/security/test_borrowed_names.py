"""All LMSs trust one key of ours and know us by client id: what is signed for one must be worth nothing in another's hands."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs

import pytest
from flask import Flask
from sqlalchemy import select

from lms_ext.domain.admins import AdminRole
from lms_ext.domain.refusals import Refused
from lms_ext.models import Platform, db, utcnow
from lms_ext.services import registering
from lms_ext.services.registering import Told
from tests.support.admins import AdminBrowser, signed_in
from tests.support.answers import Answers, answering

VICTIM = "https://korban.example"
AUDIENCE = "https://api.brightspace.com/auth/token"
EVIL = "https://lms.jahat.example"


@dataclass
class Scene:
    """A school's LMS, another's platform whose admin is curious, and where that one has tokens asked for."""

    admin: AdminBrowser
    own: int
    lms: Answers

    @property
    def elsewhere(self) -> str:
        """Give its token address under a name that is not this machine's usual one: only that one may play any LMS."""
        return self.lms.url.replace("127.0.0.1", "127.1") + "/token"

    def edit(self, **changes: str) -> int:
        """Send the form of addresses; gives the status."""
        form = {"issuer": EVIL, "client_id": "c9", "deployment_ids": "1", "auth_login_url": f"{EVIL}/auth",
                "auth_token_url": f"{self.lms.url}/token", "jwks_url": f"{EVIL}/jwks"}  # fmt: skip
        return self.admin.post(f"/admin/platforms/{self.own}/edit", **(form | changes)).status_code

    def audiences(self) -> set[str]:
        """Have the platform checked; gives to whom the assertions that came out of it are made out."""
        assert self.admin.post(f"/admin/platforms/{self.own}/check").status_code == 303
        found = set()
        for _, path, _, body in self.lms.asked:
            if path == "/token":
                part = parse_qs(body.decode())["client_assertion"][0].split(".")[1]
                found.add(json.loads(base64.urlsafe_b64decode(part + "=="))["aud"])
        return found


def stored(issuer: str, client_id: str, token_url: str, **more: str) -> int:
    one = Platform(issuer=issuer, client_id=client_id, name=issuer, auth_login_url=f"{issuer}/auth", auth_token_url=token_url,
                   jwks_url=f"{issuer}/jwks", **more)  # fmt: skip
    db.session.add(one)
    db.session.commit()
    return one.id


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    stored(VICTIM, "korban-1", f"{VICTIM}/token")
    own = stored(EVIL, "c9", f"{EVIL}/token")
    with answering() as lms:
        yield Scene(signed_in(app, AdminRole.PLATFORM, [own]), own, lms)


def test_an_assertion_for_one_lms_is_never_sent_to_another(scene: Scene) -> None:
    """With the victim's client id and its address as audience, the assertion would open the victim's class lists."""
    for one in (f"{VICTIM}/token", f"https://user@{VICTIM[8:]}/token", f"{VICTIM}:443/token", "https://[/token"):
        db.session.get_one(Platform, scene.own).token_audience = one
        db.session.get_one(Platform, scene.own).auth_token_url = scene.elsewhere
        db.session.commit()
        assert scene.audiences() == set(), one


@pytest.mark.parametrize("audience", ["", AUDIENCE])
def test_a_product_name_borrows_no_vendors_audience(scene: Scene, audience: str) -> None:
    """Who calls itself Brightspace gets no assertion for Brightspace unless it takes tokens there."""
    one = db.session.get_one(Platform, scene.own)
    one.product, one.token_audience = "brightspace", audience
    one.auth_token_url = scene.elsewhere
    db.session.commit()
    assert scene.audiences() == set()


def test_an_audience_of_its_own_host_is_told(scene: Scene) -> None:
    assert scene.edit(token_audience=f"{scene.lms.url}/oauth") == 303
    assert scene.audiences() == {f"{scene.lms.url}/oauth"}


def test_no_registration_takes_anothers_client_id_where_that_one_gets_its_tokens(scene: Scene) -> None:
    """The access token would be the victim's, and would go to the services of this platform."""
    assert scene.edit(client_id="korban-1", auth_token_url=f"{VICTIM}/token") == 400
    assert scene.edit(client_id="korban-1", auth_token_url=f"{VICTIM.upper().replace('HTTPS', 'https')}:443/other") == 400
    assert scene.edit(client_id="korban-1") == 303, "elsewhere the same client id is a coincidence"
    db.session.get_one(Platform, scene.own)
    assert scene.edit(client_id="c9") == 303


def registered(client_id: str, token_url: str) -> Platform:
    invitation, _ = registering.invite(db.session, utcnow())
    told = Told(EVIL + "/2", client_id, "1", "canvas", "LMS", f"{EVIL}/auth", token_url, f"{EVIL}/jwks", "", shares_issuer=False)
    return registering.record(db.session, invitation, told, utcnow()).platform


def test_nor_does_one_that_an_lms_sends(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        registered("korban-1", f"{VICTIM}/token")
    assert refused.value.refusal.code == "registration-name-taken"
    db.session.rollback()
    assert registered("lain", f"{VICTIM}/token").status == "pending"


def test_nor_one_that_waited_until_the_victim_came(scene: Scene) -> None:
    waiting = registered("nanti", "https://baru.example/token")
    db.session.commit()
    stored("https://baru.example", "nanti", "https://baru.example/token")
    with pytest.raises(Refused) as refused:
        registering.approve(db.session, waiting)
    assert refused.value.refusal.code == "registration-name-taken"
    db.session.rollback()
    assert db.session.execute(select(Platform.status).where(Platform.id == waiting.id)).scalar_one() == "pending"
