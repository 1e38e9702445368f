"""Who may do what: context roles decide; institution roles never do."""

from lms_ext.domain.access import Access, Action, Actor
from lms_ext.domain.people import Role
from lms_ext.hookspecs import hookimpl


@hookimpl(trylast=True)
def choose_access(actor: Actor, action: Action) -> Access | None:
    """Let everyone work and have their own data, and only teachers teach and choose."""
    if action in {Action.WORK, Action.OWN_DATA} or actor.role == Role.TEACHER:
        return Access(allowed=True)
    return Access(allowed=False, reason="forbidden")
