"""A real browser goes to an account service on another site and comes back signed in: cookies and the page's policy let it."""

from playwright.sync_api import Browser, expect

from lms_ext.domain.admins import CONSOLE, AdminRole
from lms_ext.models import db, utcnow
from lms_ext.services import admin_invites
from lms_ext.services.admins import Rights
from tests.browser.serving import serving
from tests.support.apps import application
from tests.support.databases import Databases, test_settings
from tests.support.openid import CLIENT, SECRET, openid_provider
from tests.support.servers import free_port


def test_signing_in_with_an_outside_account(chromium: Browser, databases: Databases) -> None:
    with openid_provider() as provider:
        provider.person = {"sub": "y-1", "email": "yosef@guru.belajar.id", "email_verified": True, "name": "Yosef Wanggai"}
        settings = test_settings(
            databases.sqlite(), public_url=f"http://localhost:{free_port()}", oidc_issuer=provider.url, oidc_client_id=CLIENT,
            oidc_client_secret=SECRET, oidc_name="belajar.id",
        )  # fmt: skip
        with application(settings) as app, serving(app, settings.public_url):
            with app.app_context():
                admin_invites.invite(db.session, CONSOLE, "yosef@guru.belajar.id", "", Rights(AdminRole.AUDITOR), utcnow())
                db.session.commit()
            context = chromium.new_context(locale="id-ID", viewport={"width": 360, "height": 740})
            page = context.new_page()
            page.goto(f"{settings.public_url}/admin/audit")
            page.get_by_role("button", name="Masuk dengan akun belajar.id").click()
            page.wait_for_url("**/admin/audit")
            expect(page.locator(".appbar-title")).to_contain_text("Yosef Wanggai")
            (cookie,) = [one for one in context.cookies() if one["name"] == "lxa"]
            assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
            context.close()
