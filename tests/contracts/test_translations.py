"""Every sentence of templates and code has an English text, and the committed catalogues are those of today's sentences."""

import pytest
from babel.messages.catalog import Catalog

from assets import translate


@pytest.mark.parametrize("part", translate.parts(), ids=lambda part: part.folder.name)
def test_english_is_complete_and_current(part: translate.Part) -> None:
    assert translate.problems(part) == []


def test_the_host_says_something() -> None:
    assert len(translate.parts()[0].found()) > 50


def test_one_sentence_has_one_english() -> None:
    english: dict[str, dict[str, str]] = {}
    for part in translate.parts():
        for message in part.kept():
            if message.id:
                english.setdefault(str(message.id), {})[str(message.string)] = str(part.po)
    assert {sentence: said for sentence, said in english.items() if len(said) > 1} == {}


def test_what_is_missing_or_wrong_is_named() -> None:
    catalog = Catalog(locale="en")
    catalog.add("Halo")
    catalog.add("Soal %(n)s", "Question %(m)s")
    catalog.add("Baik", "Good")
    assert list(translate.faults(catalog)) == ["no English text: Halo", "placeholders differ: Soal %(n)s / Question %(m)s"]
