"""Fixed sentences are part of a compiled template; each language has its own."""

from flask import Flask, render_template_string
from jinja2 import DictLoader

from lms_ext.web.sentences import Environment
from tests.unit.web.test_i18n import next_request

PAGE = """{{ _('Kembali') }}|{{ _("Soal %(number)s dari %(count)s", number=value, count=2) }}|{% include 'part.html' %}|\
{{ {'a': _('Kembali')}['a']|upper }}|{{ asset('mark.svg') }}"""


def rendered(app: Flask, language: str, value: str) -> str:
    next_request()
    with app.test_request_context(f"/?lang={language}"):
        page = app.jinja_env.get_or_select_template("page.html")
        return str(page.render(value=value))


def test_a_page_speaks_the_language_of_its_request_with_what_it_includes(app: Flask) -> None:
    app.jinja_env.loader = DictLoader({"page.html": PAGE, "part.html": "{{ _('Bahasa') }} {{ {'id': 'x', 'en': 'y'}|own }}"})
    first = rendered(app, "id", "1")
    assert first.startswith("Kembali|Soal 1 dari 2|Bahasa x|KEMBALI|/static/mark.svg?v=")
    assert rendered(app, "en", "1").startswith("Back|Question 1 of 2|Language y|BACK|/static/")
    assert rendered(app, "id", "1") == first


def test_values_in_sentences_are_escaped(app: Flask) -> None:
    app.jinja_env.loader = DictLoader({"page.html": PAGE, "part.html": ""})
    assert "Soal &lt;b&gt; dari 2" in rendered(app, "id", "<b>")


def test_the_application_uses_these_templates(app: Flask) -> None:
    assert isinstance(app.jinja_env, Environment)
    with app.test_request_context("/?lang=en"):
        assert render_template_string("{{ _('Kembali') }}") == "Back"
