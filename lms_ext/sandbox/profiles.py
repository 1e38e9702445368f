"""How each LMS differs, as data. A comment names where the difference was reported or read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_ALL_TYPES = ("link", "file", "html", "ltiResourceLink", "image")

_LINK_HISTORY, _COURSE_HISTORY = "ResourceLink.id.history", "Context.id.history"


@dataclass(frozen=True, slots=True)
class Profile:
    """One LMS as a tool meets it."""

    name: str
    title: str
    family: str
    """``product_family_code`` of the tool_platform claim; "" leaves the claim out."""
    version: str = "1"
    issuer: str = ""
    """The one that all sites of this LMS share; "" is the practice LMS's own address."""
    deployment_id: str = "1"
    login_method: str = "POST"
    login_extra: Mapping[str, str] = field(default_factory=dict)
    sends_client_id: bool = True
    single_use: bool = True
    """Whether a launch opens once only: back or reload is refused."""
    uuid_ids: bool = False
    """Long ids in place of numeric strings."""
    short_roles: bool = False
    """Whether the membership service writes ``Learner`` in place of the whole URI."""
    institution_roles: bool = False
    custom_twice: bool = False
    custom_extra: Mapping[str, str] = field(default_factory=dict)
    item_query: str = ""
    """Query that line item URLs carry."""
    late_status: int = 409
    equal_is_late: bool = True
    unfinished_erases: bool = False
    missing_comment_erases: bool = False
    clamps: bool = False
    counts_submissions: bool = False
    media_status: int = 415
    token_audience: str = ""
    """"" is the token URL."""
    token_type: str = "application/json"  # noqa: S105 - a media type
    bare_errors: bool = False
    """Errors of services have the body ``[]``."""
    accept_types: tuple[str, ...] = ("ltiResourceLink",)
    accept_multiple: bool | str = True
    accept_lineitem: bool | str | None = None
    sends_data: bool = True
    variables: tuple[str, ...] = ()
    """Variables about copies that are filled in; others arrive as they were written."""
    notices: bool = False
    """Whether the platform notification service is offered, and tells of copied courses."""
    bad_token: tuple[int, str] = (401, "the access token is missing, unknown or expired")
    stranger: tuple[int, str] = (400, "userId names nobody who can be graded in this course")
    """How a score for somebody without a row in the gradebook is refused."""
    groups: bool = False
    """Whether the course groups service is offered."""
    differences: bool = False
    """Whether member lists say where changes since are told."""
    takes_dates: bool = True
    """Whether times of a chosen item are kept, and told again where a tool asks for them."""
    registers: bool = True
    """Whether tools register themselves (Dynamic Registration 1.0)."""
    private_configuration: bool = False
    """Whether only the holder of a registration token may read the configuration."""
    account: str = ""
    """Name of the school, where the configuration tells it."""


PROFILES: Mapping[str, Profile] = {
    one.name: one
    for one in (
        Profile(
            "generic",
            "LTI 1.3",
            "",
            accept_types=_ALL_TYPES,
            accept_lineitem=True,
            variables=(_LINK_HISTORY, _COURSE_HISTORY),
            notices=True,
            groups=True,
            differences=True,
        ),
        Profile(
            "moodle",
            "Moodle 4.5",
            "moodle",
            version="2024100706",
            short_roles=True,  # memberships hold short names: seen with 4.5.6
            custom_twice=True,  # raw and lower-cased keys: mod/lti/locallib.php, lti_split_custom_parameters
            custom_extra={"link_id": "$ResourceLink.id.history"},  # unknown variables arrive as written: seen with 4.5.6
            variables=(
                _COURSE_HISTORY,
            ),  # of a course only: mod/lti/locallib.php lti_calculate_custom_parameter; hypothesis#5061
            item_query="?type_id=1",  # /scores must go before the query: hypothesis, _service_url
            unfinished_erases=True,  # gradebookservices scores.php: only FullyGraded carries a grade
            missing_comment_erases=True,  # a score without comment blanks the feedback: seen with 4.5.6
            clamps=True,  # more than the maximum becomes the maximum: seen with 4.5.6
            media_status=400,  # exact media types only: seen with 4.5.6
            token_type="text/html",  # noqa: S106 - a media type; mod/lti/token.php sets none
            bare_errors=True,  # error bodies are []: seen with 4.5.6
            sends_data=False,  # no `data` in the settings: seen with 4.5.6
            takes_dates=False,  # times of chosen items are ignored, their variables not known: seen with 4.5.6
        ),
        Profile(
            "canvas",
            "Canvas",
            "canvas",
            version="cloud",
            issuer="https://canvas.instructure.com",  # one issuer for every school: pylti1.3#2
            deployment_id="12:8865aa05b4b79b64a91a86042e43af5ea8ae79eb",  # id and hash: PrairieLearn#9721
            login_extra={
                "canvas_region": "us-east-1",
                "canvas_environment": "prod",
            },
            single_use=False,
            uuid_ids=True,
            institution_roles=True,  # institution roles even for learners here: pylti1p3next roles.py
            custom_extra={"canvas_course": "$Canvas.course.id"},  # unsubstituted when the variable is off
            late_status=400,  # 400 with a text about the timestamp: canvas-lms, scores_controller
            equal_is_late=False,  # an equal timestamp passes: canvas-lms, scores_controller
            counts_submissions=True,  # each score is a submission unless new_submission is false: canvas-lms#1799
            accept_types=_ALL_TYPES,
            accept_multiple=True,
            accept_lineitem=True,  # a column only when the flag is on: canvas-lms#1749
            sends_data=False,
            private_configuration=True,  # canvas-lms, doc/api/registration.md: the token is sent with both requests
            account="SMA Latihan",  # canvas-lms, doc/api/registration.md: lti/account_name
            notices=True,  # Canvas documentation, Platform Notification Service; no history variable: hypothesis#5352
        ),
        Profile(
            "brightspace",
            "Brightspace",
            "desire2learn",
            version="20.25",
            deployment_id="f8a6d0a5-1d26-4a0c-9a77-5f1f9a0b6e11",
            uuid_ids=True,
            token_audience="https://api.brightspace.com/auth/token",  # noqa: S106 - unlike the token URL: hypothesis d2l misc.py
            accept_types=_ALL_TYPES,
            accept_lineitem=True,
            variables=(_LINK_HISTORY, _COURSE_HISTORY),  # hypothesis#4838
            stranger=(403, "User in requested score is not enrolled in the org unit"),  # hypothesis, lti_grading/_v13.py
        ),
        Profile(
            "blackboard",
            "Blackboard Learn",
            "BlackboardLearn",
            version="3900",
            issuer="https://blackboard.com",  # one issuer for all: oli-torus#1979
            deployment_id="6c1b7a40-2f5c-4d11-9b1e-3b9d7e0f4a27",  # the institution: oli-torus#1979
            login_method="GET",
            uuid_ids=True,
            institution_roles=True,
            accept_types=_ALL_TYPES,
            accept_multiple="true",  # flags may be text: LTI deep linking in older releases
            variables=(_LINK_HISTORY, _COURSE_HISTORY),  # hypothesis#4838
            groups=True,  # members with group_enrollments at ?groups=true: Blackboard developer documentation, ags-grades
            stranger=(400, "User could not be found: unknown"),  # hypothesis, lti_grading/_v13.py
        ),
        Profile(
            "sakai",
            "Sakai",
            "sakai",
            version="25",
            deployment_id="1",  # one for the whole server, a property of it: sakaiproject/sakai#6260
            uuid_ids=True,
            variables=(_LINK_HISTORY, _COURSE_HISTORY),  # listed in its configuration: LTI13Servlet.java, handleWellKnown
            bad_token=(403, "signature_error"),  # LTI13Servlet.java, getSakaiAccessToken
            stranger=(400, "User does not belong to site"),  # LTI13Servlet.java, handleLineItemScore
            sends_data=True,
            accept_lineitem=True,
        ),
        Profile(
            "openedx",
            "Open edX",
            "",
            deployment_id="1",  # README of xblock-lti-consumer
            login_method="GET",
            sends_client_id=True,
            single_use=False,
            uuid_ids=True,
            late_status=400,  # equals or precedes the stored one: serializers.py of xblock-lti-consumer
            accept_multiple=True,
            registers=False,  # typed in for each block or passport: README of xblock-lti-consumer
        ),
    )
}
