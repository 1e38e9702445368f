"""Accounts that had another name under LTI 1.1: proposed by platforms, joined by an admin, never by e-mail.

Both accounts stay as they are. A joined account goes on with the older one's work; taking the decision back parts them again.
"""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from lms_ext.domain.admins import AdminActor
from lms_ext.domain.launches import Launch
from lms_ext.domain.refusals import Refused, declare
from lms_ext.domain.texts import text
from lms_ext.models import Attempt, LaunchSession, MigrationProposal, OldConsumer, Person
from lms_ext.models.statements import Runs
from lms_ext.services import audit
from lms_ext.services.sealing import SealedColumn, Sealer
from lms_ext.services.seats import Db
from lms_ext.services.upserting import upsert

SECRET = SealedColumn(OldConsumer.secret, "old-consumer")
STATES = ("open", "approved", "refused")
_PAGE = "pages/message.html"
_NOT_JOINED = text("Akun tidak digabung", "The accounts were not joined")

declare("migration-unknown", 404, text("Usulan tidak ada", "There is no such proposal"),
        text("Muat ulang daftar usulan, lalu pilih lagi.", "Reload the list of proposals and choose again."), _PAGE)  # fmt: skip
declare("migration-nobody", 409, _NOT_JOINED,
        text("Tidak ada pekerjaan di bawah id lama itu, jadi tidak ada yang perlu digabung.",
             "There is no work under that old id, so there is nothing to join."), _PAGE)  # fmt: skip
declare("migration-both", 409, _NOT_JOINED,
        text("Kedua akun sudah mengumpulkan pekerjaan. Minta orangnya memilih satu, lalu hapus yang lain lewat halaman data.",
             "Both accounts have handed in work. Let the person choose one, then erase the other on the data page."),
        _PAGE)  # fmt: skip
declare("migration-taken", 409, _NOT_JOINED,
        text("Akun lama itu sudah digabung dengan akun lain. Tolak gabungan itu dahulu bila keliru.",
             "That old account is joined with another one already. Refuse that one first if it is wrong."), _PAGE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an admin decides on. Names as the platform told them; the old account may have none."""

    platform_id: int
    person_id: int
    name: str
    sub: str
    old_name: str
    old_sub: str
    has_old: bool
    """Somebody is known here under the old id."""
    consumer_key: str
    proven: bool
    state: str
    created_at: datetime


def add_consumer(session: Db, sealer: Sealer, platform_id: int, consumer_key: str, secret: str, now: datetime) -> None:
    """Store the secret of a consumer key of LTI 1.1, sealed; what was stored for it before is replaced."""
    sealed = SECRET.seal(sealer, secret, platform_id, consumer_key)
    session.merge(OldConsumer(platform_id=platform_id, consumer_key=consumer_key, secret=sealed, created_at=now))
    session.flush()


def consumers(session: Db, platform_id: int) -> Sequence[str]:
    """List the consumer keys of LTI 1.1 whose secrets are stored."""
    query = select(OldConsumer.consumer_key).where(OldConsumer.platform_id == platform_id).order_by(OldConsumer.consumer_key)
    return session.execute(query).scalars().all()


def forget_consumer(session: Db, platform_id: int, consumer_key: str) -> bool:
    """Forget a secret; False when there was none."""
    done = session.execute(
        delete(OldConsumer).where(OldConsumer.platform_id == platform_id, OldConsumer.consumer_key == consumer_key)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a CursorResult


def signature(secret: str, signed: str) -> str:
    """Sign as the LTI 1.3 migration guide says: base64 of the HMAC with SHA-256."""
    return base64.b64encode(hmac.digest(secret.encode(), signed.encode(), "sha256")).decode()


def propose(session: Runs, launch: Launch, now: datetime) -> None:
    """Note that a platform calls an account by another name of LTI 1.1; nothing else changes. A changed claim opens it anew."""
    old = launch.old
    if old is None or old.user_id == launch.person.sub:
        return
    # the account itself, whosever work it goes on with
    account = select(Person.id).where(Person.platform_id == launch.platform_id, Person.sub == launch.person.sub)
    key = {"platform_id": launch.platform_id, "person_id": session.execute(account).scalar_one()}
    told = {
        "old_sub": old.user_id, "consumer_key": old.consumer_key, "signature": old.signature, "signed": old.signed[:4000],
        "state": "open", "decided_by": "", "decided_at": None,
    }  # fmt: skip
    upsert(session, MigrationProposal, key, told, has_id=False, created_at=now)


_OLD = aliased(Person)


def proposals(session: Db, sealer: Sealer, platforms: Sequence[int], state: str = "", limit: int = 200) -> list[Proposal]:
    """List proposals of some platforms, those that join something first, then the newest."""
    query = (
        select(MigrationProposal, Person.name, Person.sub, _OLD.id.label("old_id"), _OLD.name.label("old_name"))
        .join(Person, and_(Person.platform_id == MigrationProposal.platform_id, Person.id == MigrationProposal.person_id))
        .outerjoin(_OLD, and_(_OLD.platform_id == MigrationProposal.platform_id, _OLD.sub == MigrationProposal.old_sub))
        .where(MigrationProposal.platform_id.in_(platforms), MigrationProposal.state.in_([state] if state else STATES))
        .order_by(_OLD.id.is_(None), MigrationProposal.created_at.desc(), MigrationProposal.person_id)
        .limit(limit)
    )
    secrets = _secrets(session, sealer, platforms)
    return [
        Proposal(
            one.platform_id, one.person_id, row.name, row.sub, row.old_name or "", one.old_sub, row.old_id is not None,
            one.consumer_key, _proven(one, secrets.get((one.platform_id, one.consumer_key), "")), one.state, one.created_at,
        )
        for row in session.execute(query).all()
        for one in [row.MigrationProposal]
    ]  # fmt: skip


def _secrets(session: Db, sealer: Sealer, platforms: Sequence[int]) -> dict[tuple[int, str], str]:
    stored = session.execute(select(OldConsumer).where(OldConsumer.platform_id.in_(platforms))).scalars()
    return {
        (one.platform_id, one.consumer_key): SECRET.open(sealer, one.secret, one.platform_id, one.consumer_key) for one in stored
    }


def _proven(one: MigrationProposal, secret: str) -> bool:
    return bool(secret and one.signature) and hmac.compare_digest(signature(secret, one.signed).encode(), one.signature.encode())


def decide(session: Db, key: tuple[int, int], *, join: bool, by: AdminActor, now: datetime) -> None:
    """Join an account `(platform, person)` with the older one it names, or part them; refused where work would be hidden."""
    proposal = session.get(MigrationProposal, key, with_for_update=True)
    if proposal is None:
        raise Refused("migration-unknown")
    platform_id, person_id = key
    old_id = _older(session, proposal) if join else None
    account = and_(Person.platform_id == platform_id, Person.id == person_id)
    whose = {person_id, old_id, session.execute(select(Person.work_of).where(account)).scalar_one_or_none()} - {None}
    session.execute(update(Person).where(account).values(work_of=old_id))
    # pages that are open show the work of before: they end, and the next launch opens the right ones
    session.execute(
        update(LaunchSession)
        .where(LaunchSession.platform_id == platform_id, LaunchSession.person_id.in_(whose),
               LaunchSession.ended_at.is_(None))
        .values(ended_at=now)
    )  # fmt: skip
    proposal.state = "approved" if join else "refused"
    proposal.decided_by, proposal.decided_at = by.login[:200], now
    audit.write(session, by, "migration.approve" if join else "migration.refuse", str(person_id), platform_id=platform_id)


def _older(session: Db, proposal: MigrationProposal) -> int:
    """Find whose work the account goes on with."""
    platform_id = proposal.platform_id
    old_id = session.execute(
        select(Person.id).where(Person.platform_id == platform_id, Person.sub == proposal.old_sub)
    ).scalar_one_or_none()
    if old_id is None or old_id == proposal.person_id:
        raise Refused("migration-nobody")
    taken = exists().where(Person.platform_id == platform_id, Person.work_of == old_id, Person.id != proposal.person_id)
    follows = exists().where(Person.platform_id == platform_id, Person.id == old_id, Person.work_of.is_not(None))
    if session.execute(select(or_(taken, follows))).scalar():
        raise Refused("migration-taken")
    if all(_handed_in(session, platform_id, one) for one in (old_id, proposal.person_id)):
        raise Refused("migration-both")
    return int(old_id)


def _handed_in(session: Db, platform_id: int, person_id: int) -> bool:
    work = exists().where(Attempt.platform_id == platform_id, Attempt.person_id == person_id, Attempt.revision > 0)
    return bool(session.execute(select(work)).scalar())
