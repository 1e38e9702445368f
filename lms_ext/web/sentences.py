"""Templates are compiled once for each language, with their fixed sentences in it: making a page then looks none of them up."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask
from flask.templating import Environment as FlaskEnvironment
from flask_babel import get_locale, get_translations
from jinja2 import Template
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

_CALL = ["name", "lparen", "string", "rparen"]


def spoken() -> str:
    """Give ``id`` or ``en``, the language of this request."""
    locale = get_locale()
    return locale.language if locale else "id"


class Environment(FlaskEnvironment):
    """The application's templates. Pages are made by one of its overlays, one for each language."""

    language = ""

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self._speaking: dict[str, Environment] = {}

    def get_or_select_template(self, name: Any, parent: Any = None, globals: Any = None) -> Template:  # noqa: A002 - Jinja's name
        """Find a template in the request's language; what a page includes comes in the page's own."""
        if self.language:
            return super().get_or_select_template(name, parent, globals)
        language = spoken()
        if language not in self._speaking:
            self._speaking[language] = self._in(language)
        return self._speaking[language].get_or_select_template(name, parent, globals)

    def _in(self, language: str) -> "Environment":
        made = self.overlay(extensions=[_FixedSentences])
        made.language = language
        find = get_translations().ugettext

        def gettext(sentence: str, **values: object) -> Markup:
            return Markup(find(sentence)) % values  # noqa: S704 - sentences are ours, the values are escaped

        made.globals = self.globals | {"_": gettext, "gettext": gettext}
        return made


class _FixedSentences(Extension):
    """Writes ``_('…')`` and ``asset('…')`` into a template as constants; calls with values stay calls."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Replace such calls in the tokens of a template."""
        tokens, known = list(stream), self.environment.globals
        at = 0
        while at < len(tokens):
            call = tokens[at : at + 4]
            if [one.type for one in call] == _CALL and call[0].value in {"_", "asset"}:
                find: Any = known[call[0].value]
                yield from _constant(call[2].lineno, find(call[2].value))
                at += len(call)
            else:
                yield tokens[at]
                at += 1


def _constant(line: int, value: str) -> Iterator[Token]:
    for kind, text in (("lparen", "("), ("string", str(value)), ("pipe", "|"), ("name", "safe"), ("rparen", ")")):
        yield Token(line, kind, text)
