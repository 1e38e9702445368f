"""Where a class stands at a pack: who is in it is counted, who left is listed with their work."""

from dataclasses import replace

from flask import Flask
from sqlalchemy import update

from lms_ext.models import Member, Person, db
from lms_ext.packs.snapshots import pack_from_document
from lms_ext.services import attempting, drafting, journeys
from lms_ext.services.drafting import Change
from tests.journeys.test_activity import document
from tests.support.classroom import NOON, Classroom, classroom
from tests.support.sum_plugin import Sum


def hand_in(room: Classroom) -> None:
    attempt = room.begin()
    drafting.save(db.session, attempt, "a", {"total": Change(("5",), 1, 0)}, NOON)
    held = attempting.locked(db.session, room.actor, attempt.id)
    assert held is not None
    attempting.submit(db.session, held, room.link, room.activity, room.kind, "k", NOON)
    db.session.commit()


def test_who_left_is_in_no_count_and_keeps_their_work(app: Flask) -> None:
    room, pack = classroom(), pack_from_document(document(), {"sum": Sum()})
    hand_in(room)
    db.session.execute(update(Member).values(status="left"))
    new = Person(platform_id=room.actor.platform_id, sub="43", name="Budi")
    db.session.add(new)
    db.session.flush()
    db.session.add(Member(platform_id=new.platform_id, space_id=room.actor.space_id, person_id=new.id, role="learner"))
    db.session.commit()
    replace(room, actor=replace(room.actor, person_id=new.id)).begin()
    view = journeys.class_view(db.session, room.actor, room.link, pack)
    assert [(one.name, dict(one.works)) for one in view.learners] == [("Budi", {})], "opened, and nothing handed in"
    assert [(one.name, one.done, list(one.works)) for one in view.gone] == [("Sri Wahyuni", 1, ["demo/sum"])]
    (tally,) = view.tallies
    assert {state: number for state, number in tally.counts.items() if number} == {"opened": 1}
    own = journeys.journey(db.session, room.actor, room.link, pack)
    assert [step.state for _, steps in own.units for step in steps] == ["marked"]
