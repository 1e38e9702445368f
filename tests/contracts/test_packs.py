"""Every activity of every pack we ship plays: samples are accepted and earn what they promise, pages render, keys stay inside."""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import refresh
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms_ext.defaults import builtin_plugins
from lms_ext.domain.activities import Activity, FieldKind
from lms_ext.domain.packs import Pack
from lms_ext.models import Attempt, db, utcnow
from lms_ext.packs.report import render
from lms_ext.plugin_host import PluginHost, load_plugins
from lms_ext.services import publishing
from lms_ext.settings import Settings
from lms_ext.testing import SEEDS, breaches
from lms_ext.web.i18n import LANGUAGE_COOKIE
from lms_ext.web.tool import tool
from tests.support.platform import begin, claims, key_server, post, register, token

ROOT = Path(__file__).parents[2] / "course_packs"
PACKS = sorted(one.parent.name for one in ROOT.glob("*/pack.yaml"))
PLUGINS: PluginHost = load_plugins(Settings.plugins, builtin=builtin_plugins(), strict=True)
_TAG = re.compile(r"<[^>]+>")
_BLANK = re.compile(r"\s+")


def _pack(name: str) -> Pack:
    loaded = publishing.read(ROOT / name, PLUGINS)
    assert loaded.pack is not None, render(loaded.problems, "id")
    return loaded.pack


ACTIVITIES = [one for name in PACKS for one in _pack(name).activities]
by_ref = pytest.mark.parametrize("activity", ACTIVITIES, ids=lambda one: one.ref)


@by_ref
def test_samples_are_accepted_and_earn_what_they_promise(activity: Activity) -> None:
    assert breaches(PLUGINS.activity_types[activity.type], activity.config, graded=bool(activity.points)) == []


def _plain(markup: str) -> str:
    """Give the words of a page or of a rendered text."""
    return _BLANK.sub(" ", html.unescape(_TAG.sub(" ", markup))).strip()


class Browser:
    """A learner without scripts at one activity."""

    def __init__(self, client: FlaskClient, ref: str) -> None:
        self.client = client
        target = f"http://localhost:8000/lti/launch?activity={ref}"
        begun = begin(client, target_link_uri=target)
        claimed = claims(begun.nonce, target_link_uri=target, resource_link={"id": ref.replace("/", "."), "title": ref})
        answer = post(client, state=begun.state, id_token=token(claimed))
        assert answer.status_code == 303, _plain(answer.text)
        self.home = answer.headers["Location"]
        self.path = ref.partition("/")[2]

    def page(self, language: str) -> str:
        refresh()  # the tests' own application context would keep the last request's language
        self.client.set_cookie(LANGUAGE_COOKIE, language, domain="localhost")
        answer = self.client.get(self.home, base_url="https://localhost")
        assert answer.status_code == 200, answer.text
        return answer.text

    def hand_in(self, page: str, **form: Any) -> TestResponse:
        hidden = {name: value for name in ("csrf", "attempt", "client_key", "tab", "revs") for value in _values(page, name)[:1]}
        return self.client.post(f"{self.home}/a/{self.path}/submit", data=hidden | form, base_url="https://localhost")


def _values(page: str, name: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(rf'name="{name}" value="([^"]*)"', page)]


@pytest.fixture
def browse(app: Flask) -> Iterator[type[Browser]]:
    """Publish all packs at a registered platform."""
    for name in PACKS:
        loaded = publishing.read(ROOT / name, tool().plugins)
        assert loaded.pack is not None
        publishing.publish(db.session, loaded.pack, loaded.blobs, utcnow())
    db.session.commit()
    with key_server() as keys:
        register(keys)
        yield Browser


def _secrets(activity: Activity) -> list[str]:
    """Give the words of a quiz that only a checked answer may show: feedback, solutions, names of misconceptions."""
    found = []
    for question in activity.config.questions:  # type: ignore[attr-defined]  # the quiz plugin's config
        texts = [question.solution, *(one.feedback for one in getattr(question, "choices", ()))]
        texts += [one.feedback for one in getattr(question, "keys", ())]
        found += [_plain(one.html) for one in texts if one]
        found += [one.misconception for one in getattr(question, "choices", ()) if one.misconception]
    return found


@by_ref
def test_pages_render_in_both_languages_and_show_no_key(browse: type[Browser], client: FlaskClient, activity: Activity) -> None:
    browser = browse(client, activity.ref)
    pages = {language: browser.page(language) for language in ("id", "en")}
    for language, page in pages.items():
        assert f'<html lang="{language}"' in page
        assert "None" not in _plain(page)
        if activity.type == "quiz":
            assert not [one for one in _secrets(activity) if one in _plain(page) or one in page]
    kind = PLUGINS.activity_types[activity.type]
    if activity.type == "module":
        for section in activity.config.sections:  # type: ignore[attr-defined]  # the module plugin's config
            answer = browser.hand_in(browser.page("id"), finish=section.id)
            assert answer.status_code == 303, _plain(answer.text)
    else:
        db.session.rollback()
        state = db.session.scalars(select(Attempt.state).where(Attempt.activity_ref == activity.ref)).one()
        full = max(kind.samples(activity.config, state), key=lambda one: (one.fraction or 0, len(one.answer)))
        answer = browser.hand_in(pages["id"], action="submit", **{name: list(values) for name, values in full.answer.items()})
        assert answer.status_code == 303, _plain(answer.text)
    for language in ("id", "en"):
        page = browser.page(language)
        assert "None" not in _plain(page)
        if activity.type == "quiz":
            assert any(one in _plain(page) for one in _secrets(activity)), "the review explains"


QUIZZES = [one for one in ACTIVITIES if one.type == "quiz"]


@pytest.mark.parametrize("activity", QUIZZES, ids=lambda one: one.ref)
def test_names_and_values_in_a_form_do_not_give_the_answer_away(activity: Activity) -> None:
    """A choice's value equal to (a part of) its field's name would be the key in the page's source."""
    kind = PLUGINS.activity_types["quiz"]
    for seed in SEEDS:
        state = json.loads(json.dumps(kind.start(activity.config, seed)))
        played = list(kind.samples(activity.config, state))
        full = next(one for one in played if one.fraction == 1)
        fields = kind.fields(activity.config, state)
        told = [
            name
            for name, values in full.answer.items()
            if fields[name].kind == FieldKind.ONE and {*values} & {*re.split(r"[._]", name)}
        ]
        assert not told


@pytest.mark.parametrize("activity", QUIZZES, ids=lambda one: one.ref)
def test_every_wrong_choice_says_why_and_every_question_is_explained(activity: Activity) -> None:
    positions = []
    for question in activity.config.questions:  # type: ignore[attr-defined]  # the quiz plugin's config
        choices = getattr(question, "choices", ())
        if question.kind in {"single", "multiple"}:
            assert all(one.feedback for one in choices), question.id
            if question.kind == "single":
                positions.append([one.correct for one in choices].index(True))
        assert question.solution or any(one.feedback for one in [*choices, *getattr(question, "keys", ())]), question.id
    assert len(positions) < 3 or len({*positions}) >= 3, "the right answer moves about"
