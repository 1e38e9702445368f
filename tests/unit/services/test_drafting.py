"""Drafts never lose what was typed last and never overwrite what a tab has not seen."""

from itertools import permutations

import pytest
from flask import Flask
from sqlalchemy import delete

from lms_ext.models import Attempt, Draft, db
from lms_ext.services import drafting
from lms_ext.services.drafting import Change
from tests.support.classroom import NOON, Classroom, classroom


@pytest.fixture
def room(app: Flask) -> Classroom:
    return classroom()


def save(attempt: Attempt, tab: str, n: int, base: int, value: str, field: str = "note") -> drafting.Saved:
    result = drafting.save(db.session, attempt, tab, {field: Change((value,), n, base)}, NOON)
    db.session.commit()
    return result


def value(attempt: Attempt) -> tuple[str, ...]:
    return drafting.stored(db.session, attempt)["note"].value


def test_a_tab_saves_again_and_again(room: Classroom) -> None:
    attempt = room.begin()
    assert save(attempt, "a", 1, 0, "satu").revs == {"note": 1}
    assert save(attempt, "a", 2, 1, "dua").revs == {"note": 2}
    assert value(attempt) == ("dua",)


def test_another_tab_that_has_not_seen_the_newest_text_gets_both_versions(room: Classroom) -> None:
    attempt = room.begin()
    save(attempt, "a", 1, 0, "satu")
    save(attempt, "a", 2, 1, "dua")
    there = save(attempt, "b", 99, 1, "lain").conflicts["note"]
    assert (there.value, there.rev) == (("dua",), 2)
    assert value(attempt) == ("dua",)


def test_a_tab_that_has_seen_the_newest_text_may_change_it(room: Classroom) -> None:
    attempt = room.begin()
    save(attempt, "a", 1, 0, "satu")
    assert save(attempt, "b", 1, 1, "dua").revs == {"note": 2}
    assert save(attempt, "a", 2, 1, "tiga").conflicts["note"].value == ("dua",)
    assert value(attempt) == ("dua",)


def test_a_text_that_lost_is_set_aside_until_its_author_chose(room: Classroom) -> None:
    attempt = room.begin()
    save(attempt, "a", 1, 0, "satu")
    save(attempt, "b", 1, 0, "lain")
    save(attempt, "b", 2, 0, "lain lagi")
    save(attempt, "c", 1, 0, "ketiga")
    assert drafting.with_aside(db.session, attempt)[1] == {"note": {"!note!b": ["lain lagi"], "!note!c": ["ketiga"]}}
    assert drafting.answer(drafting.stored(db.session, attempt)) == {"note": ("satu",)}
    drafting.choose(db.session, attempt, ["!note!b", "note"])
    assert drafting.with_aside(db.session, attempt)[1] == {"note": {"!note!c": ["ketiga"]}}
    assert value(attempt) == ("satu",)


def test_an_emptied_field_that_lost_leaves_nothing_to_choose_from(room: Classroom) -> None:
    attempt = room.begin()
    save(attempt, "a", 1, 0, "satu")
    lost = drafting.save(db.session, attempt, "b", {"note": Change((), 1, 0)}, NOON)
    assert lost.conflicts["note"].value == ("satu",)
    assert drafting.with_aside(db.session, attempt)[1] == {}


def test_f16_saves_of_one_tab_in_any_order_end_with_the_newest(room: Classroom) -> None:
    attempt = room.begin()
    for turn, order in enumerate(permutations(range(1, 6))):
        for step in order:
            result = save(attempt, "a", turn * 10 + step, 0, f"{turn}-{step}")
            assert not result.conflicts
            assert not result.closed
        assert value(attempt) == (f"{turn}-5",)


@pytest.mark.parametrize("texts", [("x", "xy", "x"), ("a", "b", "a", "b"), ("x", "x", "y", "x")])
def test_f16_also_when_an_earlier_text_comes_back(room: Classroom, texts: tuple[str, ...]) -> None:
    """Typing a letter and taking it back: the save that was overtaken must not bring the letter back."""
    attempt = room.begin()
    for turn, order in enumerate(permutations(range(len(texts)))):
        base = (
            save(attempt, f"tab{turn}", 1_000 * turn, 0, "x").revs.get("note") or drafting.stored(db.session, attempt)["note"].rev
        )
        for step in order:
            save(attempt, f"tab{turn}", 1_000 * turn + 1 + step, base, texts[step])
        assert value(attempt) == (texts[-1],), order
        db.session.execute(delete(Draft))
        db.session.commit()


def test_f16_a_save_after_handing_in_is_refused_and_told(room: Classroom) -> None:
    attempt = room.begin()
    save(attempt, "a", 1, 0, "satu")
    attempt.status = "submitted"
    db.session.commit()
    assert save(attempt, "a", 2, 1, "terlambat").closed
    assert value(attempt) == ("satu",)


@pytest.mark.parametrize(
    ("name", "given"),
    [("score", ("100",)), ("total", ("1" * 11,)), ("sure", ("x",)), ("sure", ("y", "n")), ("note", ("nul\x00",))],
)
def test_fields_that_are_not_declared_or_do_not_fit_are_refused(room: Classroom, name: str, given: tuple[str, ...]) -> None:
    fields = room.kind.fields(room.activity.config, {})
    assert drafting.refused({name: Change(given, 1, 0)}, fields, frozenset()) == [name]
