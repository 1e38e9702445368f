"""Run the check of an LMS from a page or from the command line."""

from collections.abc import Iterator

from lms_ext.domain.checkups import Check
from lms_ext.domain.quirks import PlatformInfo, Quirks
from lms_ext.lti.checkup import Checkup
from lms_ext.models import Platform, db, engine, utcnow
from lms_ext.services import checkup
from lms_ext.web.tool import tool


def run(platform: Platform) -> Iterator[Check]:
    """Give each finding as it comes, and remember them all at the end. No transaction is open while the LMS is asked."""
    platform_id = platform.id
    facts = checkup.facts(db.session, platform, utcnow())
    info = PlatformInfo(platform.issuer, platform.product)
    db.session.rollback()
    lti = tool().lti
    lti.registry.forget()
    quirks: Quirks = tool().plugins.choose("choose_quirks", Quirks(), platform=info)
    checks: list[Check] = []
    for one in Checkup(lti.outbound, lti.signer, lti.registry.all()[platform_id], quirks, facts).run():
        checks.append(one)
        yield one
    engine.may_write()
    checkup.keep(db.session, platform_id, checks, utcnow())
    db.session.commit()
