"""An invitation registers one LMS: it changes no other that is in use, whoever holds it."""

import pytest
from flask import Flask
from sqlalchemy import select

from lms_ext.domain.refusals import Refused
from lms_ext.models import Platform, db, utcnow
from lms_ext.services import registering
from lms_ext.services.registering import Told

ISSUER = "https://elearning.dinas.example/sman1"
ELSEWHERE = "https://elearning.dinas.example/sman2"


def register(client_id: str, at: str, for_platform: int | None = None) -> Platform:
    """Register as an LMS does that says it is the one of `ISSUER`: schools may share a host."""
    invitation, _ = registering.invite(db.session, utcnow(), for_platform=for_platform)
    told = Told(ISSUER, client_id, "1", "moodle", "Moodle", f"{at}/auth", f"{at}/token", f"{at}/jwks", "", shares_issuer=False)
    made = registering.record(db.session, invitation, told, utcnow()).platform
    db.session.commit()
    return made


def key_sets() -> dict[str, str]:
    db.session.rollback()
    return {row.client_id: row.jwks_url for row in db.session.execute(select(Platform.client_id, Platform.jwks_url))}


@pytest.mark.parametrize("status", ["active", "disabled"])
def test_a_platform_in_use_keeps_its_addresses(app: Flask, status: str) -> None:
    """Whose keys those are signs for everybody there, and nobody would be asked."""
    one = register("c1", ISSUER)
    one.status = status
    db.session.commit()
    with pytest.raises(Refused) as refused:
        register("c1", ELSEWHERE)
    assert refused.value.refusal.code == "registration-known"
    assert key_sets() == {"c1": f"{ISSUER}/jwks"}


def test_an_invitation_for_one_changes_no_other_of_the_same_issuer(app: Flask) -> None:
    one, other = register("c1", ISSUER), None
    one.status = "active"
    db.session.commit()
    other = register("c2", ISSUER)
    other.status = "active"
    db.session.commit()
    with pytest.raises(Refused):
        register("c1", ELSEWHERE, for_platform=other.id)
    assert key_sets() == dict.fromkeys(("c1", "c2"), f"{ISSUER}/jwks")


def test_its_own_invitation_does(app: Flask) -> None:
    one = register("c1", ISSUER)
    one.status = "active"
    db.session.commit()
    assert register("c1", ISSUER).id == one.id, "the same again changes nothing"
    assert register("c1", ELSEWHERE, for_platform=one.id).id == one.id
    assert key_sets() == {"c1": f"{ELSEWHERE}/jwks"}
