"""What one platform proves never counts at another: registrations, deployments and key sets stay apart."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms_ext.domain.admins import AdminRole
from lms_ext.models import Deployment, LaunchSession, Platform, db
from lms_ext.web.tool import tool
from tests.support.admins import signed_in
from tests.support.platform import KEY, OTHER_KEY, TARGET, begin, claims, jwk, key_server, post, register, token

ONE, OTHER = "https://lms.example", "https://two.example"
REGISTRATIONS = [(ONE, "c1", KEY), (ONE, "c2", KEY), (OTHER, "c1", OTHER_KEY)]
"""Two share an issuer and its keys, two a client id."""
PLACES = list(itertools.product(range(3), ("1", "2")))


@pytest.fixture
def platforms(client: FlaskClient) -> Iterator[dict[str, Any]]:
    """Register all three, each with two deployments; both issuers call their key ``k1``."""
    with key_server() as first, key_server(json.dumps({"keys": [jwk(OTHER_KEY, "k1")]}).encode()) as second:
        for issuer, client_id, _ in REGISTRATIONS:
            one = register(first if issuer == ONE else second, issuer=issuer, client_id=client_id)
            db.session.add(Deployment(platform_id=one.id, deployment_id="2"))
        db.session.commit()
        yield {ONE: first, OTHER: second}


def launched(client: FlaskClient, asked: tuple[int, str], told: tuple[int, str]) -> int:
    """Log in at one place and bring what another proves; gives the status."""
    issuer, client_id, _ = REGISTRATIONS[asked[0]]
    begun = begin(client, iss=issuer, client_id=client_id, lti_deployment_id=asked[1])
    issuer, client_id, key = REGISTRATIONS[told[0]]
    body = claims(begun.nonce, iss=issuer, aud=client_id, deployment_id=told[1], target_link_uri=TARGET)
    return post(client, state=begun.state, id_token=token(body, key=key)).status_code


def test_only_the_diagonal_of_thirty_six_pairs_passes(client: FlaskClient, platforms: dict[str, Any]) -> None:
    for asked, told in itertools.product(PLACES, PLACES):
        status = launched(client, asked, told)
        assert (status == 303) == (asked == told), (asked, told, status)
        assert status in {303, 400, 401, 403}
    db.session.rollback()
    sessions = db.session.execute(select(LaunchSession.platform_id)).scalars().all()
    ids = db.session.execute(select(Platform.id)).scalars().all()
    assert sorted(sessions) == sorted([*ids, *ids])


@pytest.mark.parametrize("first", [0, 2], ids=["the victim's key set first", "the other's key set first"])
def test_a_key_of_the_same_name_at_another_platform_signs_nothing_here(
    client: FlaskClient, platforms: dict[str, Any], first: int
) -> None:
    def signed(registration: int, key: Any) -> int:
        issuer, client_id, _ = REGISTRATIONS[registration]
        begun = begin(client, iss=issuer, client_id=client_id)
        return post(
            client, state=begun.state, id_token=token(claims(begun.nonce, iss=issuer, aud=client_id), key=key)
        ).status_code

    for registration in (first, 2 - first, first):
        mine, foreign = (KEY, OTHER_KEY) if registration == 0 else (OTHER_KEY, KEY)
        assert signed(registration, foreign) == 401
        assert signed(registration, mine) == 303
        assert signed(registration, foreign) == 401


def test_a_registration_that_waits_or_is_off_leaves_no_doubt_which_one_is_meant(
    client: FlaskClient, platforms: dict[str, Any]
) -> None:
    """A platform need not say which client it means: whoever registers beside it must not close its courses by that."""
    other = update(Platform).where(Platform.issuer == ONE, Platform.client_id == "c2")
    for status, expected in (("pending", 302), ("disabled", 302), ("active", 400)):
        db.session.execute(other.values(status=status))
        db.session.commit()
        tool().lti.registry.forget()
        assert begin(client, client_id=None).response.status_code == expected, status


def test_only_an_owner_makes_a_platform_another_lms(client: FlaskClient, platforms: dict[str, Any]) -> None:
    """Under a neighbour's issuer, its launches could no longer be told apart."""
    own = db.session.execute(select(Platform).where(Platform.issuer == OTHER)).scalar_one().id
    form = {"client_id": "c9", "deployment_ids": "1", "auth_login_url": f"{OTHER}/auth", "auth_token_url": f"{OTHER}/token",
            "jwks_url": f"{OTHER}/jwks"}  # fmt: skip
    keeper = signed_in(client.application, AdminRole.PLATFORM, [own])
    page = f"/admin/platforms/{own}/edit"
    assert keeper.post(page, issuer=ONE, **form).status_code == 400
    assert keeper.post(page, issuer=OTHER, **form).status_code == 303
    assert signed_in(client.application).post(page, issuer="https://moved.example", **form).status_code == 303
