"""Every admin route, walked by nobody, by every role, by the admin of another platform, and without the form token.

A new admin route needs a line here: who may reach it is decided twice, in the code and by whoever reads this list.
"""

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lms_ext.domain.admins import AdminRole
from lms_ext.models import Platform, db
from tests.security.test_walker import everything
from tests.support.admins import HTTPS, AdminBrowser, signed_in

OWNER, PLATFORM, AUDITOR = AdminRole.OWNER, AdminRole.PLATFORM, AdminRole.AUDITOR
OPEN = {
    "admin_signing_in.form", "admin_signing_in.sign_in", "admin_signing_in.code", "admin_signing_in.sign_out",
    "admin_openid.start", "admin_openid.finish", "admin_invites.form", "admin_invites.accept",
}  # fmt: skip
"""Reached without being signed in."""
ALL = frozenset(AdminRole)
OWNERS = frozenset({OWNER})
KEEPERS = frozenset({OWNER, PLATFORM})
ALLOWED: dict[str, frozenset[AdminRole]] = {
    "admin_start.start": ALL,
    "admin_start.system": ALL,
    "admin_platforms.index": ALL,
    "admin_keys.index": ALL,
    "admin_keys.ask": frozenset({OWNER}),
    "admin_keys.rotate": frozenset({OWNER}),
    "admin_people.index": KEEPERS,
    "admin_people.show": KEEPERS,
    "admin_people.export": KEEPERS,
    "admin_people.ask": KEEPERS,
    "admin_people.erase": KEEPERS,
    "admin_people.keeping": KEEPERS,
    "admin_people.keep": KEEPERS,
    "admin_platforms.show": ALL,
    "admin_platforms.approve": KEEPERS,
    "admin_platforms.refuse": KEEPERS,
    "admin_platforms.switch": KEEPERS,
    "admin_platforms.settings": KEEPERS,
    "admin_platforms.deployment": KEEPERS,
    "admin_platforms.check": KEEPERS,
    "admin_platforms.host": KEEPERS,
    "admin_register.choose": frozenset({OWNER}),
    "admin_register.form": frozenset({OWNER}),
    "admin_register.invite": frozenset({OWNER}),
    "admin_register.save": frozenset({OWNER}),
    "admin_register.edit": KEEPERS,
    "admin_register.change": KEEPERS,
    "admin_register.invite_again": KEEPERS,
    "admin_openid.again": ALL,
    "admin_openid.link": ALL,
    **dict.fromkeys(
        (f"admin_account.{one}" for one in ("index", "password", "set_up", "turn_on", "turn_off", "recovery", "unlink",
                                            "sign_out_others")), ALL,
    ),
    **dict.fromkeys(
        (f"admin_admins.{one}" for one in ("index", "invite_form", "invite", "withdraw", "show", "change", "disable", "enable",
                                           "reset")), OWNERS,
    ),
    "admin_audit.index": ALL,
    "admin_grades.index": ALL,
    "admin_grades.resend": KEEPERS,
    "admin_packs.index": ALL,
    "admin_packs.upload": OWNERS,
    "admin_packs.checked": OWNERS,
    "admin_packs.publish": OWNERS,
    "admin_packs.switch": KEEPERS,
    "admin_launches.index": ALL,
    "admin_migration.index": ALL,
    "admin_migration.decide": KEEPERS,
    "admin_migration.secret": KEEPERS,
    "admin_plugins.index": ALL,
    "admin_health.index": frozenset({OWNER, AUDITOR}),
}  # fmt: skip
"""Who may reach the rest, by endpoint."""
NUMBERS = re.compile(r"<(?:id|int):(\w+)>")


def platform(name: str) -> int:
    """Store a platform."""
    one = Platform(
        issuer=f"https://{name}.example", client_id="c1", name=f"LMS {name}", auth_login_url=f"https://{name}.example/auth",
        auth_token_url=f"https://{name}.example/token", jwks_url=f"https://{name}.example/jwks",
    )  # fmt: skip
    db.session.add(one)
    db.session.commit()
    return one.id


@pytest.fixture
def own(app: Flask) -> int:
    """Give the platform that the platform admin looks after."""
    return platform("satu")


@pytest.fixture
def foreign(app: Flask) -> int:
    """Give a platform of somebody else."""
    return platform("zamrud")


def rules(app: Flask) -> list[tuple[str, Rule]]:
    """List method and rule of every admin route."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("admin_"):
            found += [(method, rule) for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})]
    return found


def address(rule: Rule, platform_id: int) -> str:
    """Fill a rule: this platform; other numbers and words name nothing."""
    path = rule.rule.replace("<int:platform_id>", str(platform_id)).replace("<id:platform_id>", str(platform_id))
    return re.sub(r"<[^>]+>", "tidak-ada", NUMBERS.sub("987654321", path))


def send(browser: AdminBrowser, method: str, path: str, csrf: str | None = None) -> TestResponse:
    """Send a request with the browser's token, or with another one."""
    form = {"csrf": browser.csrf if csrf is None else csrf} if method != "GET" else None
    answer = browser.client.open(path, method=method, data=form, base_url=HTTPS)
    db.session.remove()
    return answer


def walk(app: Flask) -> list[tuple[str, Rule]]:
    """List what is closed to strangers."""
    return [(method, rule) for method, rule in rules(app) if rule.endpoint not in OPEN]


def test_every_admin_route_is_known_here(app: Flask) -> None:
    assert {rule.endpoint for _, rule in rules(app)} == OPEN | ALLOWED.keys()
    assert all(rule.rule == "/admin" or rule.rule.startswith("/admin/") for _, rule in rules(app))
    under_admin = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin")}
    assert all(one.startswith("admin_") for one in under_admin)


def test_a_stranger_reaches_nothing(app: Flask, own: int) -> None:
    stranger = AdminBrowser(app.test_client())
    stranger.get("/admin/sign-in")
    before = everything()
    for method, rule in walk(app):
        answer = send(stranger, method, address(rule, own))
        expected = 303 if method == "GET" else 401
        assert answer.status_code == expected, rule
        if expected == 303:
            assert answer.headers["Location"].startswith("/admin/sign-in?next=%2Fadmin"), rule
    assert everything() == before


@pytest.mark.parametrize("role", list(AdminRole))
def test_each_role_reaches_what_is_its_own(app: Flask, own: int, role: AdminRole) -> None:
    """What a role may not do is refused before anything is looked up; what it may do is never refused for the role."""
    browser = signed_in(app, role, [own])
    for method, rule in walk(app):
        if method != "GET" and role in ALLOWED[rule.endpoint]:
            continue  # what it does is the business of its own tests
        before = everything()
        answer = send(browser, method, address(rule, own))
        if role in ALLOWED[rule.endpoint]:
            assert answer.status_code in {200, 303, 404}, (rule, answer.status_code)
        else:
            assert answer.status_code == 403, (rule, answer.status_code)
            assert everything() == before, rule


def unnumbered(page: str, platform_id: int) -> str:
    """Take a platform's number out of a page's addresses."""
    return re.sub(rf"(?<=[/F]){platform_id}(?=[/%\"&])", "", page)


def test_a_foreign_platform_is_absent(app: Flask, own: int, foreign: int) -> None:
    browser = signed_in(app, PLATFORM, [own])
    missing = 900_000
    for method, rule in walk(app):
        if "platform_id>" not in rule.rule:
            continue
        before = everything()
        answers = [send(browser, method, address(rule, number)) for number in (foreign, missing)]
        assert [one.status_code for one in answers] == [404, 404], rule
        texts = [re.sub(r"\b[0-9A-F]{4}-[0-9A-F]{4}\b", "", re.sub(r'value="[^"]*"', "", one.text)) for one in answers]
        assert unnumbered(texts[0], foreign) == unnumbered(texts[1], missing), rule
        assert everything() == before, rule


def test_lists_name_no_foreign_platform(app: Flask, own: int, foreign: int) -> None:
    browser = signed_in(app, PLATFORM, [own])
    for method, rule in walk(app):
        if method == "GET":
            assert "zamrud" not in send(browser, method, address(rule, own)).text, rule


@pytest.mark.parametrize("token", ["", "AAAA", "another's"])
def test_a_write_without_its_form_token_is_refused(app: Flask, own: int, token: str) -> None:
    browser = signed_in(app, OWNER)
    if token == "another's":
        token = signed_in(app, OWNER, login="other@bgtk.example").csrf
    before = everything()
    for method, rule in rules(app):
        if method != "GET":
            assert send(browser, method, address(rule, own), csrf=token).status_code == 403, rule
    assert everything() == before


def test_admin_pages_are_kept_and_framed_by_nobody(app: Flask, own: int) -> None:
    browser = signed_in(app, OWNER)
    for method, rule in rules(app):
        answer = send(browser, method, address(rule, own), csrf="")
        assert answer.headers["Cache-Control"] == "no-store", rule
        assert answer.headers["X-Frame-Options"] == "DENY", rule
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], rule


@pytest.mark.parametrize("number", [1 << 31, 1 << 63, 10**30])
def test_no_number_of_a_platform_breaks_a_page(app: Flask, own: int, number: int) -> None:
    browser = signed_in(app, OWNER)
    for method, rule in rules(app):
        if "platform_id" in rule.arguments:
            assert send(browser, method, address(rule, number)).status_code == 404, (method, rule.rule)


def test_a_waiting_platform_does_not_name_its_neighbours_at_the_same_issuer(app: Flask, own: int) -> None:
    """One issuer stands for many schools at some LMSs."""
    mine = db.session.get_one(Platform, own)
    neighbour = platform("tetangga")
    other = db.session.get_one(Platform, neighbour)
    other.issuer, other.client_id, mine.status = mine.issuer, "c2", "pending"
    db.session.commit()
    address = f"/admin/platforms/{own}"
    assert "LMS tetangga" not in signed_in(app, PLATFORM, [own]).get(address).text
    assert "LMS tetangga" in signed_in(app, PLATFORM, [own, neighbour], login="dua@bgtk.example").get(address).text
