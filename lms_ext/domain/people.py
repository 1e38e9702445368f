"""Roles: what an LMS says about a person, and what it lets them do here."""

import enum
from collections.abc import Iterable

_CONTEXT = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
_TEACHING = {"Instructor", "ContentDeveloper", "Administrator"}
"""Context roles that may mark and add activities. Mentor, Manager, Officer and Member may not."""


_ADMINISTRATORS = frozenset(
    f"http://purl.imsglobal.org/vocab/lis/v2/{one}"
    for one in ("system/person#Administrator", "system/person#SysAdmin", "institution/person#Administrator")
)


def runs_the_lms(roles: Iterable[str]) -> bool:
    """Tell whether LTI role URIs name an administrator of the LMS itself; being one of a course is not enough."""
    return not _ADMINISTRATORS.isdisjoint(roles)


class Role(enum.StrEnum):
    """A person's part in one course."""

    TEACHER = "teacher"
    LEARNER = "learner"
    TEST = "test"
    """The platform's pretend learner (Canvas student view, Moodle role switch): works, is never graded."""


def _context_role(uri: str) -> str | None:
    if uri in {"Instructor", "Learner", "ContentDeveloper", "Administrator", "Mentor", "TeachingAssistant"}:
        return uri  # LTI 1.3 core A.2.3: a short name is a context role
    if not uri.startswith(_CONTEXT):
        return None
    return uri.rpartition("#")[2]


def course_role(roles: Iterable[str]) -> Role:
    """Decide from LTI role URIs; only context roles count, so an institution's teacher who studies here is a learner.

    A sub-role is more exact than its principal role: Open edX sends ``Instructor#TeachingAssistant`` with ``Learner`` for
    a teaching assistant (openedx/xblock-lti-consumer, constants.py). Unknown or no roles give the least rights.
    """
    roles = list(roles)
    if _TEST_USER in roles:
        return Role.TEST
    names = {name for name in map(_context_role, roles) if name}
    return Role.TEACHER if names & (_TEACHING | {"TeachingAssistant"}) else Role.LEARNER


def listed_role(roles: Iterable[str]) -> Role | None:
    """Decide for a member list as for a launch; None for those who only watch (parents, officers): no part of a class."""
    roles = list(roles)
    names = {name for name in map(_context_role, roles) if name}
    takes_part = names & (_TEACHING | {"TeachingAssistant"}) or any(name.endswith("Learner") for name in names)
    if names and not takes_part:
        return None
    return course_role(roles)
