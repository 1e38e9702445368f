"""Settings that would be unsafe or cannot work end with a sentence naming the variable."""

from typing import Any

import pytest
from flask import request

from lms_ext.settings import Settings, SettingsError, plugin_names
from tests.support.apps import application
from tests.support.databases import SEAL_KEY, test_settings

GOOD = {
    "LMS_EXT_PUBLIC_URL": "https://lti.example.sch.id",
    "LMS_EXT_SECRET_KEY": "vN3kTq8sWmZr2LxYcB7pHd5fGj9aUe4i",
    "LMS_EXT_SEAL_KEYS": SEAL_KEY,
    "LMS_EXT_DATABASE_URL": "postgresql+psycopg://a:b@localhost/c",
}


def test_good_settings_are_read_by_type() -> None:
    read = Settings.from_env(GOOD | {"LMS_EXT_PROXIES": "2", "LMS_EXT_STRICT_PLUGINS": "Yes", "LMS_EXT_PLUGINS": "quiz, , poll"})
    assert (read.proxies, read.strict_plugins, read.plugins) == (2, True, ("quiz", "poll"))
    assert read.is_sqlite is False
    assert plugin_names({}) == Settings.plugins


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "lti.example.sch.id"),
        ("PUBLIC_URL", "https://lti.example.sch.id/alat"),
        ("PUBLIC_URL", "https://lti.example.sch.id?a=b"),
        ("PUBLIC_URL", "http://lti.example.sch.id"),
        ("SECRET_KEY", "pendek"),
        ("SECRET_KEY", "rahasia-" * 5),
        ("SEAL_KEYS", ""),
        ("KEY_DAYS", "6"),
        ("TIMEZONE", "Mars/Olympus"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://a:b@localhost/c"),
        ("LOG_LEVEL", "berisik"),
        ("ALLOW_LOOPBACK", "1"),
        ("PROXIES", "satu"),
        ("SESSION_HOURS", "-1"),
    ],
)
def test_a_bad_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"LMS_EXT_{name}"):
        Settings.from_env(GOOD | {f"LMS_EXT_{name}": value})


def test_a_request_behind_a_proxy_is_seen_as_the_browser_sent_it(database_url: str) -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "lti.example"}

    def seen(proxies: int) -> tuple[Any, ...]:
        environ: dict[str, Any] = {}
        with application(test_settings(database_url, proxies=proxies)) as app:
            app.before_request(lambda: environ.update(request.environ))
            app.test_client().get("/health", headers=forwarded)
        return environ["wsgi.url_scheme"], environ["HTTP_HOST"], environ["REMOTE_ADDR"]

    assert seen(1) == ("https", "lti.example", "203.0.113.9")
    assert seen(0) == ("http", "localhost", "127.0.0.1")
