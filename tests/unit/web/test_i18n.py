"""Languages and times of pages."""

from datetime import UTC, datetime
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from lms_ext.config_fields import RichText
from lms_ext.settings import ZONES, SettingsError
from lms_ext.web.i18n import own_page
from tests.support.apps import application
from tests.support.databases import test_settings
from tests.support.platform import key_server, launch, register

HTTPS = "https://localhost"


def next_request() -> None:
    """Forget the language of the request before: the fixture's application context outlives requests, a server's does not."""
    g.pop("_flask_babel", None)
    g.pop("launch_locale", None)


def test_the_switch_keeps_the_choice_and_the_page(client: FlaskClient) -> None:
    page = client.get("/?from=1&lang=id", base_url=HTTPS).text
    assert '<html lang="id">' in page
    assert "/language/en?next=%2F%3Ffrom%3D1" in page
    answer = client.get("/language/en?next=%2F%3Ffrom%3D1", base_url=HTTPS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?from=1")
    cookie = answer.headers["Set-Cookie"]
    assert all(part in cookie for part in ("lx_lang=en", "Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"))
    next_request()
    page = client.get("/?from=1", base_url=HTTPS).text
    assert '<html lang="en">' in page
    assert "For LMS admins" in page


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "", "/nowhere",
     "/lti/launch", "/health/../../x\r\nA: b"],
)  # fmt: skip
def test_no_open_redirect(app: Flask, address: str) -> None:
    with app.test_request_context():
        assert own_page(address) == "/"
        assert own_page("/lti/jwks?a=b") == "/lti/jwks?a=b"


def test_an_unknown_language_is_no_page(client: FlaskClient) -> None:
    assert client.get("/language/fr", base_url=HTTPS).status_code == 404


def test_the_launch_says_the_language_until_the_person_does(app: Flask, client: FlaskClient) -> None:
    with key_server() as keys:
        register(keys)
        opened = launch(client, launch_presentation={"locale": "en_US"})
        page = client.get(opened.headers["Location"], base_url=HTTPS)
        assert '<html lang="en">' in page.text
        client.get("/language/id", base_url=HTTPS)
        next_request()
        assert '<html lang="id">' in client.get(opened.headers["Location"], base_url=HTTPS).text


def test_after_a_post_the_switch_leads_to_the_launch(client: FlaskClient) -> None:
    page = client.post("/l/1-1-1/a/x/submit", base_url=HTTPS).text
    address = page.partition('href="/language/en?')[2].partition('"')[0]
    assert parse_qs(urlsplit("?" + address).query)["next"] == ["/l/1-1-1"]


@pytest.mark.parametrize(("zone", "said"), [("Asia/Jakarta", "22 November 2026, 23.59 WIB"),
                                            ("Asia/Makassar", "23 November 2026, 00.59 WITA"),
                                            ("Asia/Jayapura", "23 November 2026, 01.59 WIT")])  # fmt: skip
def test_times_are_written_in_the_zone_of_the_school(zone: str, said: str) -> None:
    at = datetime(2026, 11, 22, 16, 59, tzinfo=UTC)
    with application(test_settings("sqlite://", timezone=zone)) as app:
        write = app.jinja_env.filters["moment"]
        with app.test_request_context("/?lang=id"):
            assert write(at) == said
        with app.test_request_context("/?lang=en"):
            assert write(at) == said.replace(".", ":")
            assert app.jinja_env.filters["clock"](at) == said.split()[3].replace(".", ":")


def test_another_zone_is_refused() -> None:
    with pytest.raises(SettingsError, match="LMS_EXT_TIMEZONE"):
        test_settings("sqlite://", timezone="Europe/Berlin").check()
    assert set(ZONES.values()) == {"WIB", "WITA", "WIT"}


def test_a_plugin_brings_its_own_english_but_never_rewrites_the_host(tmp_path: object) -> None:
    from pathlib import Path

    from babel.messages.catalog import Catalog

    from assets import translate

    folder = Path(str(tmp_path))
    catalog = Catalog(locale="en")
    catalog.add("Kata plugin", "A plugin's word")
    catalog.add("Kembali", "Hijacked")
    target = folder / "translations" / "en" / "LC_MESSAGES"
    target.mkdir(parents=True)
    (target / "messages.mo").write_bytes(translate.mo_bytes(catalog))
    plugin = ModuleType("words")
    plugin.__file__ = str(folder / "__init__.py")
    with application(test_settings("sqlite://"), words=plugin) as app, app.test_request_context("/?lang=en"):
        assert app.jinja_env.from_string("{{ _('Kata plugin') }}/{{ _('Kembali') }}").render() == "A plugin's word/Back"


def lang_of(app: Flask, language: str, value: object) -> str:
    """Give what the filter adds to an element on a page in that language."""
    page: Any = app.jinja_env
    return str(page._in(language).from_string("{{ x|lang_of }}").render(x=value))


@pytest.mark.parametrize(("language", "value", "said"), [
    ("id", {"id": "Halo"}, ""), ("id", {"en": "Hello"}, ' lang="en"'), ("id", RichText("Halo"), ""), ("id", "Halo", ""),
    ("en", {"id": "Halo"}, ' lang="id"'), ("en", {"en": "Hello", "id": "Halo"}, ""), ("en", RichText("Halo"), ' lang="id"'),
])  # fmt: skip
def test_a_text_in_another_language_than_the_page_says_which(app: Flask, language: str, value: object, said: str) -> None:
    with app.test_request_context("/"):
        assert lang_of(app, language, value) == said


def test_texts_of_an_english_pack_say_so_on_an_indonesian_page(app: Flask) -> None:
    with app.test_request_context("/"):
        g.pack_language = "en"
        assert lang_of(app, "id", RichText("Hello")) == ' lang="en"'
