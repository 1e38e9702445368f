"""Secrets at rest: what is sealed opens with any of the keys, for its own row only, and can be moved to a newer key."""

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lms_ext.cli_seal import reseal, rotate, seal
from lms_ext.domain.refusals import Refused
from lms_ext.lti.tool_keys import Signer, make_key
from lms_ext.models import ToolKey, db, utcnow
from lms_ext.services import sealing, tool_keys
from lms_ext.services.sealing import Sealer, SealLost, is_sealed, new_key, reseal_all
from lms_ext.settings import Settings, SettingsError
from lms_ext.web.tool import new_session, tool

OLD, NEW = new_key(), new_key()


@given(st.text(), st.text(alphabet=st.characters(blacklist_characters="\0", blacklist_categories=["Cs"])))
def test_what_is_sealed_opens_for_its_own_row_only(secret: str, what: str) -> None:
    secret = secret.encode("utf-8", "replace").decode()
    sealed = Sealer([OLD]).seal(secret, what)
    assert is_sealed(sealed)
    assert Sealer([NEW, OLD]).open(sealed, what) == secret
    with pytest.raises(SealLost):
        Sealer([OLD]).open(sealed, what + "x")


@pytest.mark.parametrize("broken", ["", "sealed:", "sealed::", "sealed:00000000:gAAAA", "plain"])
def test_what_nothing_opens_is_a_refusal_that_names_no_secret(broken: str) -> None:
    with pytest.raises(Refused) as caught:
        Sealer([NEW]).open(broken, "tool-key:k")
    assert caught.value.refusal.code == "seal-lost"
    assert set(caught.value.facts) == {"what", "key"}


def test_without_a_key_nothing_is_sealed() -> None:
    with pytest.raises(ValueError, match="no key"):
        Sealer([])


def stored() -> str:
    value = db.session.execute(select(ToolKey.private_pem)).scalar_one()
    db.session.rollback()  # an open transaction would keep others from writing
    return value


def test_the_private_key_is_never_plain_in_the_database_and_moves_to_a_new_seal(app: Flask) -> None:
    signed = Signer(new_session, tool().sealer).sign({"a": 1})
    assert signed.count(".") == 2
    first = stored()
    assert is_sealed(first)
    rotated = Sealer([NEW, app.extensions["lms_ext"].settings.seal_keys[0]])
    moved = {one.name: (one.resealed, one.lost) for one in reseal_all(db.session, rotated, db.session.commit)}
    assert moved["tool-key"] == (1, 0)
    assert stored().split(":")[1] == rotated.key_ids[0] != first.split(":")[1]
    assert sum(one.resealed + one.lost for one in reseal_all(db.session, rotated, db.session.commit)) == 0
    assert Signer(new_session, Sealer([NEW])).sign({"a": 1}), "the old key may go"


def test_more_values_than_one_batch_are_all_sealed_anew(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for kid in ("satu", "dua", "tiga"):
        tool_keys.add(db.session, Sealer([OLD]), make_key(kid), utcnow())
    db.session.commit()
    monkeypatch.setattr(sealing, "_BATCH", 2)
    batches: list[int] = []

    def done() -> None:
        db.session.commit()
        batches.append(1)

    found = {one.name: one for one in reseal_all(db.session, Sealer([NEW, OLD]), done)}
    assert (found["tool-key"].resealed, found["tool-key"].lost) == (3, 0)
    values = db.session.execute(select(ToolKey.private_pem)).scalars().all()
    assert {one.split(":")[1] for one in values} == {Sealer([NEW]).key_ids[0]}
    assert len(batches) == len(found) + 1, "one column took two batches"


def test_a_key_from_before_sealing_signs_as_it_is_and_is_sealed_by_an_upgrade(app: Flask) -> None:
    key = make_key("plain")
    db.session.add(ToolKey(kid="plain", private_pem=key.private_pem, public_jwk=key.public_jwk, signs_from=utcnow()))
    db.session.commit()
    assert Signer(new_session, tool().sealer).sign({"a": 1})
    assert reseal() == 0
    assert is_sealed(stored())
    assert tool_keys.PRIVATE.open(tool().sealer, stored(), "plain") == key.private_pem
    assert Signer(new_session, tool().sealer).sign({"a": 1})


def test_the_command_makes_a_key_and_says_when_older_ones_may_go(app: Flask) -> None:
    made = CliRunner().invoke(seal, ["key"]).output.strip()
    assert Sealer([made]).open(Sealer([made]).seal("rahasia", "x"), "x") == "rahasia"
    assert "Older keys are needed no more" in CliRunner().invoke(seal, ["rotate"]).output


def test_a_lost_key_is_told_and_spoils_nothing(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    tool_keys.add(db.session, Sealer([OLD]), make_key("k"), utcnow(), at_once=True)
    db.session.commit()
    before = stored()
    with pytest.raises(SealLost, match="seal-lost"):
        Signer(new_session, tool().sealer).sign({"a": 1})
    assert app.test_client().get("/lti/jwks").status_code == 200, "public keys need no seal"
    with pytest.raises(Exception, match="put the old key back"):
        rotate.callback()  # type: ignore[misc]  # a click command has a callback
    assert "tool-key\tresealed 0\tfresh 0\tlost 1" in capsys.readouterr().out
    assert stored() == before


def test_an_emptier_or_wrong_key_list_is_refused_with_what_to_do() -> None:
    for keys in ((), ("",), ("x" * 44,), (OLD, "short"), (OLD[:-4],), ("A" * 43 + "=",)):
        with pytest.raises(SettingsError, match="lms-ext seal key"):
            Settings(secret_key="kQ9-" + new_key(), database_url="sqlite://", seal_keys=keys).check()
    Settings(secret_key="kQ9-" + new_key(), database_url="sqlite://", seal_keys=(NEW, OLD)).check()


@pytest.mark.parametrize(
    "secret", ["a" * 64, "ab" * 32, "Xy7-Xy7", "changemechangemechangemechangeme", "your-secret-key-here-please-change-this-now",
               "password" * 5, "rahasia-kunci-rahasia-kunci-rahasia", "0123456789" * 4, "SECRET_KEY_SECRET_KEY_SECRET_KEY"],
)  # fmt: skip
def test_a_secret_key_that_is_easy_to_guess_is_refused(secret: str) -> None:
    with pytest.raises(SettingsError, match="LMS_EXT_SECRET_KEY") as caught:
        Settings(secret_key=secret, database_url="sqlite://", seal_keys=(NEW,)).check()
    assert secret not in str(caught.value)
