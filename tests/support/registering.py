"""An LMS registers the tool by its invitation, as the frame in the LMS does."""

from lms_ext.models import Platform, db, utcnow
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.registration import activate, configuration_url, new_token
from lms_ext.services import registering
from lms_ext.web.tool import tool
from tests.support.visitor import Page, Visitor


def register_by_invitation(base: str, lms: Practice, *, update: bool = False) -> Page:
    """Open the invitation with the LMS's parameters and press the button; names are asked for, addresses are not."""
    _, secret = registering.invite(db.session, utcnow())
    db.session.commit()
    given = {
        "invite": secret, "openid_configuration": configuration_url(lms), "registration_token": new_token(lms, update=update),
    }  # fmt: skip
    return Visitor().post(f"{base}/lti/register", given | {"names": "1"})


def approve(platform: Platform, replaced: Platform | None = None) -> None:
    """Let a registration that waits open the tool."""
    found = db.session.get_one(Platform, platform.id)
    registering.approve(db.session, found, db.session.get_one(Platform, replaced.id) if replaced else None)
    db.session.commit()
    tool().lti.registry.forget()


def join(base: str, lms: Practice) -> Platform:
    """Do all of it: register, activate in the LMS, approve in the tool."""
    page = register_by_invitation(base, lms)
    assert page.status == 200, page.text
    assert activate(lms)
    found = db.session.query(Platform).one()
    approve(found)
    db.session.rollback()
    return found
