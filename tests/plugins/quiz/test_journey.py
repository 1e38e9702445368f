"""A learner takes a quiz without scripts: from the launch to the review; nothing of the key leaves before its time."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

from flask.testing import FlaskClient
from flask_babel import refresh

from lms_ext.models import db
from lms_ext.models.base import utcnow
from lms_ext.packs.snapshots import pack_from_document
from lms_ext.services import publishing
from lms_ext.web.tool import tool
from tests.plugins.quiz.samples import QUIZ, config, plain
from tests.support.platform import KeyServer, launch

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
COLUMN = {
    "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
    "lineitem": "https://lms.example/lineitems/1",
    "lineitems": "https://lms.example/lineitems",
}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "use"}
BLOCKS = {"p", "div", "ul", "ol", "table", "section", "h2", "h3", "fieldset"}


def publish(settings: dict[str, Any], language: str = "id") -> None:
    """Publish a pack with the sample quiz as the activity that launches open."""
    activity = {"id": "sum", "type": "quiz", "title": {"id": "Kuis resep", "en": "Recipe quiz"}, "points": 100,
                "attempts": 3, "config": plain(**settings)}  # fmt: skip
    document = {"format": 1, "id": "demo", "version": "1.0.0", "title": {"id": "Contoh"}, "language": language, "licence": "CC0",
                "authors": ["T"], "units": [{"id": "u1", "title": {"id": "Unit"}, "activities": [activity]}]}  # fmt: skip
    publishing.publish(db.session, pack_from_document(document, tool().plugins.activity_types), {}, utcnow())
    db.session.commit()


class Markup(HTMLParser):
    """Checks that tags close in order, that ids are unique, and that labels and legends hold no blocks."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.labels: list[str] = []
        self.faults: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if {"style", "onclick"} & given.keys():
            self.faults.append(f"inline {tag}")
        if tag in BLOCKS and {"label", "legend", "p", "h2", "button"} & set(self.open):
            self.faults.append(f"{tag} in {self.open[-3:]}")
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [(given["href"] or "")[1:]] if tag == "a" and (given.get("href") or "").startswith("#") else []
        self.labels += [given["for"] or ""] if "for" in given else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"/{tag}")


def sound(page: str) -> str:
    """Check a page's markup and give the page."""
    markup = Markup(page)
    assert markup.faults == []
    assert len(set(markup.ids)) == len(markup.ids)
    assert set(markup.links) | set(markup.labels) <= set(markup.ids)
    return page


class Learner:
    """A browser without scripts at the quiz."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.home = launch(client, **{AGS: COLUMN}).headers["Location"]
        self.page = self.get()

    def get(self, lang: str = "id") -> str:
        refresh()  # the tests' own application context would keep the last request's language
        answer = self.client.get(f"{self.home}?lang={lang}", base_url="https://localhost")
        assert answer.status_code == 200, answer.text
        self.page = sound(answer.text)
        return self.page

    def send(self, answers: dict[str, list[str] | tuple[str, ...]], *, sure: bool = True, **pressed: str) -> str:
        form: dict[str, Any] = {name: list(values) for name, values in answers.items()} | pressed
        if pressed.get("action") == "submit" and sure:
            form["sure"] = "1"
        for name in ("csrf", "attempt", "client_key", "tab", "revs"):
            found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
            assert found
            form[name] = found[1].replace("&#34;", '"')
        done = self.client.post(f"{self.home}/a/sum/submit", data=form, base_url="https://localhost",
                                headers={"Origin": "https://localhost"})  # fmt: skip
        assert done.status_code == 303, done.text
        self.get()
        return str(done.headers["Location"])

    def again(self) -> None:
        token = re.search(r'name="csrf" value="([^"]*)"', self.page)
        assert token
        done = self.client.post(f"{self.home}/a/sum/again", data={"csrf": token[1]}, base_url="https://localhost",
                                headers={"Origin": "https://localhost"})  # fmt: skip
        assert done.status_code == 303, done.text
        self.get()


def test_deferred(keys: KeyServer, client: FlaskClient) -> None:
    publish({})
    learner = Learner(client)
    page = learner.page
    assert "KUNCI" not in page
    assert "correct" not in page
    assert "is-right" not in page
    assert "<math" in page
    assert "dijawab 0 dari 6" in page
    assert "Untuk soal 1, 2" in page
    assert page.count("<fieldset") == page.count("<legend") == 6
    assert 'name="check"' not in page

    draft: dict[str, list[str] | tuple[str, ...]] = {"q.gula": ["tujuh"], "q.keliling": ["3.125"], "q.kata": ["apa saja"]}
    learner.send(draft, action="save")
    assert "KUNCI" not in learner.page
    assert "dijawab 3 dari 6" in learner.page
    assert re.search(r"dibaca sebagai 3125\s+atau\s+3,125 cm", learner.page)
    assert "dibaca sebagai" not in learner.get().split("Kata yang hilang")[1]

    draft["q.keliling"] = ["banyak"]
    learner.send(draft, action="save")
    assert "banyak belum terbaca sebagai bilangan" in learner.page

    best = next(iter(QUIZ.samples(config(), {}))).answer
    learner.send({**best, "q.keliling": ["3.125 cm"], "q.nama": ["salah"]}, action="submit")
    assert "tampil setelah percobaan terakhir" in learner.page
    assert not re.search("KUNCI-(BAHAS|SALAH)|Jawaban tepat", learner.page)  # another attempt is left: no key to copy
    for _ in range(2):
        learner.again()
        learner.send({**best, "q.keliling": ["3.125 cm"], "q.nama": ["salah"]}, action="submit")
    review = learner.page
    for said in ("KUNCI-TEPAT", "KUNCI-BAHAS", "KUNCI-ANGKA", "KUNCI-LAIN", "dibaca sebagai 3,125", "Mahir", "90%",
                 "5 tepat, 1 belum tepat</p>", "Dipilih, tepat",
                  "Jawaban tepat, tidak dipilih"):  # fmt: skip
        assert said in review
    assert "KUNCI-SALAH" not in review  # feedback belongs to the answer given
    assert "<input" not in review.split("percakapan")[0].split("Hasil percobaan ini")[1].split("</main>")[0].split("<form")[0]
    assert review.index("Mahir") < review.index("90%")


def test_a_doubt_mark_is_kept_and_counts_for_nothing(keys: KeyServer, client: FlaskClient) -> None:
    publish({})
    learner = Learner(client)
    assert "is-doubt" not in learner.page.split("legend")[0]
    learner.send({"ragu.gula": ["1"]}, action="save")
    assert re.search(r'name="ragu.gula" value="1" checked', learner.page)
    assert re.search(r'map-cell is-doubt" href="#gula"', learner.page)
    assert "dijawab 0 dari 6" in learner.page
    best = next(iter(QUIZ.samples(config(), {}))).answer
    learner.send({**best, "ragu.gula": ["1"]}, action="submit")
    assert "100%" in learner.page
    assert "ditandai ragu" in learner.page


def test_saving_a_number_tells_how_it_is_read(keys: KeyServer, client: FlaskClient) -> None:
    publish({})
    learner = Learner(client)
    attempt, csrf = (re.search(rf'name="{name}" value="([^"]*)"', learner.page) for name in ("attempt", "csrf"))
    assert attempt
    assert csrf
    fields = {"q.keliling": {"value": ["3.125"], "n": 1, "base": 0}, "q.kata": {"value": ["apa"], "n": 1, "base": 0}}
    answer = client.put(f"{learner.home}/a/sum/draft", json={"attempt": attempt[1], "tab": "t", "fields": fields},
                        base_url="https://localhost", headers={"X-CSRF-Token": csrf[1]})  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert answer.json
    assert answer.json["echo"] == {"q.keliling": "3.125 dibaca sebagai 3125 atau 3,125 cm. Semua cara baca itu dicocokkan."}


def test_switching_the_language_keeps_what_was_typed(keys: KeyServer, client: FlaskClient) -> None:
    publish({})
    learner = Learner(client)
    assert 'name="switch" value="language/en"' in learner.page
    there = learner.send({"q.kata": ["apa saja"]}, switch="language/en")
    assert there == f"/language/en?next={quote(learner.home.removeprefix('https://localhost') + '/a/sum', safe='')}"
    assert 'value="apa saja"' in learner.page
    learner.send({"q.kata": ["lain"]}, switch="https://elsewhere.example", action="save")
    assert 'value="lain"' in learner.page


def test_immediate(keys: KeyServer, client: FlaskClient) -> None:
    publish({"feedback": "immediate", "shuffle": True})
    learner = Learner(client)
    assert learner.page.count('name="check"') == 6
    wrong = re.search(r'value="(190-gram-[0-9a-f]+)"', learner.page)
    assert wrong
    there = learner.send({"q.gula": [wrong[1]], "q.keliling": ["3"]}, check="gula")
    assert there.endswith("#gula")
    assert learner.page.count('name="check"') == 5
    assert "KUNCI-SALAH" in learner.page
    assert "KUNCI-BAHAS" in learner.page
    assert not re.search("KUNCI-(TEPAT|ANGKA|BULAT|BENAR)|KUNCIREF", learner.page)
    assert "Belum tepat" in learner.page
    learner.send({"q.keliling": ["3"]}, check="keliling")
    assert "Sebagian tepat" in learner.page
    assert "KUNCI-BULAT" in learner.page
    assert "is-part" in learner.page
    learner.send({"q.nama": ["benar"]}, action="submit")
    assert "15%" in learner.page
    assert "Baru berkembang" in learner.page
    assert "4 belum dijawab" not in learner.page


def test_english(keys: KeyServer, client: FlaskClient) -> None:
    publish({})
    learner = Learner(client)
    page = learner.get("en")
    assert "0 of 6 answered" in page
    assert page.count('.soal" lang="id">') == 6, "read aloud in the pack's language"
    assert '<span lang="id">190 gram' in page
    assert "True" in page
    assert "Peta soal" not in page
    assert '.soal">' in learner.get(), "needs no saying here"
    learner.send({"q.keliling": ["x"], "q.kata": ["cafe"]}, action="submit")
    review = learner.get("en")
    assert review.count('<div class="prose" lang="id">') >= 6
    assert "Emerging" in review
    assert "not read as a number" in review
    assert "Jawaban tepat" not in review


def test_questions_of_an_english_pack_say_so_on_an_indonesian_page(keys: KeyServer, client: FlaskClient) -> None:
    publish({}, language="en")
    learner = Learner(client)
    assert learner.page.count('.soal" lang="en">') == 6
    assert '.soal">' in learner.get("en")


def test_blank_questions_are_named_before_they_cost_an_attempt(keys: KeyServer, client: FlaskClient) -> None:
    publish({"feedback": "deferred"})
    learner = Learner(client)
    hidden = {
        name: re.search(rf'name="{name}" value="([^"]*)"', learner.page) for name in ("csrf", "attempt", "client_key", "tab")
    }
    form = {name: found[1] for name, found in hidden.items() if found} | {"q.keliling": "3", "action": "submit"}
    asked = client.post(
        f"{learner.home}/a/sum/submit", data=form, base_url="https://localhost", headers={"Origin": "https://localhost"}
    )
    assert asked.status_code == 422
    assert "5 soal belum dijawab: nomor" in asked.text
    assert "Kumpulkan apa adanya" in asked.text
    assert learner.get().count("Kumpulkan jawaban"), "nothing was handed in"
    learner.send({"q.keliling": ["3"]}, action="submit")
    assert "Hasil percobaan ini" in learner.page
