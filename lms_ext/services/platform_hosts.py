"""Hosts that a platform named for its services and that are not known to be its own: noted, allowed or left out by an admin."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from lms_ext.domain import hosts
from lms_ext.domain.delivery_reasons import FOREIGN
from lms_ext.models import AskedHost, GradeColumn, NoticeService, Platform, Roster
from lms_ext.services import grade_desk
from lms_ext.services.seats import Db

_MOST_ASKED = 50


class BadHosts(ValueError):
    """A list of hosts cannot be stored; `wrong` are those that are none, or too wide, [] when there are too many."""

    def __init__(self, wrong: Sequence[str]) -> None:
        super().__init__(", ".join(wrong))
        self.wrong = list(wrong)


def read_list(written: str, *, allow_http: bool) -> str:
    """Read hosts that an admin wrote, between spaces, commas or lines, as they are stored; raise BadHosts."""
    given = written.replace(",", " ").split()
    found = {one: hosts.listed(one, allow_http=allow_http) for one in given}
    wrong = [one for one, host in found.items() if not host]
    whole = " ".join(dict.fromkeys(found.values()))
    if wrong or len(given) > hosts.MOST or len(whole) > hosts.LONGEST:
        raise BadHosts(wrong)
    return whole


def is_allowed(session: Db, platform_id: int, host: str) -> bool:
    """Tell whether an admin has allowed a host, as the database knows it now. Only reads."""
    listed = session.execute(select(Platform.other_hosts).where(Platform.id == platform_id)).scalar_one_or_none()
    return hosts.covers((listed or "").split(), host)


def is_noted(session: Db, platform_id: int, host: str) -> bool:
    """Tell whether an admin can see a host already, or there are too many to note more. Only reads."""
    number = select(func.count()).select_from(AskedHost).where(AskedHost.platform_id == platform_id)
    return session.get(AskedHost, (platform_id, host)) is not None or session.execute(number).scalar_one() >= _MOST_ASKED


def note(session: Db, platform_id: int, host: str, now: datetime) -> None:
    """Show a host to the admins; IntegrityError when another process does so at this moment."""
    session.add(AskedHost(platform_id=platform_id, host=host, status="pending", created_at=now))
    session.flush()


def asked(session: Db, platform_id: int) -> Sequence[AskedHost]:
    """List the hosts that a platform named, those that wait first."""
    wanted = select(AskedHost).where(AskedHost.platform_id == platform_id)
    return session.execute(wanted.order_by(AskedHost.status.desc(), AskedHost.host)).scalars().all()


def allow(session: Db, platform: Platform, host: str, now: datetime) -> int | None:
    """Let our tokens go to a host that the platform named, and what waited for it leave; gives how many grades.

    None when the platform never named it; BadHosts when the list is full.
    """
    row = session.get(AskedHost, (platform.id, host))
    if row is None:
        return None
    platform.other_hosts = read_list(f"{platform.other_hosts} {host}", allow_http=True)
    session.delete(row)
    session.flush()
    return release(session, platform.id, now)


def leave_out(session: Db, platform: Platform, host: str) -> bool:
    """Ask no admin about a host any more; False when the platform never named it."""
    row = session.get(AskedHost, (platform.id, host))
    if row is not None:
        row.status = "disabled"
        session.flush()
    return row is not None


def change(session: Db, platform: Platform, listed: str, now: datetime) -> None:
    """Store an admin's list of the platform's other hosts, as `read_list` gives it."""
    if listed == platform.other_hosts:
        return
    platform.other_hosts = listed
    for one in asked(session, platform.id):
        if hosts.covers(listed.split(), one.host):
            session.delete(one)
    session.flush()
    release(session, platform.id, now)


def release(session: Db, platform_id: int, now: datetime) -> int:
    """Let all that waits for a host be tried again; gives how many grades. What is still not allowed waits again."""
    for table, trouble, due in (
        (Roster, Roster.trouble, "due_at"),
        (GradeColumn, GradeColumn.read_trouble, "read_due_at"),
        (NoticeService, NoticeService.last_error, "due_at"),
    ):
        waits = update(table).where(table.platform_id == platform_id, trouble == FOREIGN).values({due: now})
        session.execute(waits.execution_options(synchronize_session=False))
    return grade_desk.resend_parked(session, platform_id, FOREIGN, now)
