"""What an LMS is told of the tool when it registers it: as Dynamic Registration 1.0 has it, and as Canvas's JSON."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lms_ext.domain.activities import Json
from lms_ext.domain.offers import ABOUT, CUSTOM, EMAIL_CLAIMS, EVERY_CLAIM, NAME_CLAIMS, SCOPES, TOOL_NAME, OfferedMessage
from lms_ext.lti.quirks.canvas import Canvas, placements

TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which data of people the admin lets the tool ask for."""

    names: bool = True
    emails: bool = False

    @property
    def claims(self) -> tuple[str, ...]:
        """Give the claims to ask for."""
        return (*EVERY_CLAIM, *(NAME_CLAIMS if self.names else ()), *(EMAIL_CLAIMS if self.emails else ()))


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the tool is; the same for every LMS."""

    base: str

    @classmethod
    def of(cls, public_url: str) -> "Addresses":
        return cls(public_url.rstrip("/"))

    @property
    def login(self) -> str:
        return f"{self.base}/lti/login"

    @property
    def launch(self) -> str:
        return f"{self.base}/lti/launch"

    @property
    def jwks(self) -> str:
        return f"{self.base}/lti/jwks"

    @property
    def icon(self) -> str:
        return f"{self.base}/static/mark.svg"

    @property
    def canvas(self) -> str:
        return f"{self.base}/lti/canvas.json"

    def invitation(self, secret: str) -> str:
        """Give the address that an admin pastes into the LMS."""
        return f"{self.base}/lti/register?invite={secret}"

    @property
    def domain(self) -> str:
        """Host with its port where there is one: Moodle compares it so."""
        return urlsplit(self.base).netloc


def within(wanted: Iterable[str], known: Collection[str] | None) -> list[str]:
    """Leave out what the LMS does not know; None when it does not say."""
    return [one for one in wanted if known is None or one in known]


def registration_body(
    at: Addresses, messages: Sequence[OfferedMessage], wishes: Wishes, *,
    scopes: Collection[str] | None = None, claims: Collection[str] | None = None,
) -> dict[str, Json]:  # fmt: skip
    """Give the client metadata; `scopes` and `claims` are those the LMS knows, None when it does not say."""
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": at.login,
        "redirect_uris": [at.launch],
        "client_name": TOOL_NAME,
        "client_uri": at.base,
        "jwks_uri": at.jwks,
        "logo_uri": at.icon,
        "token_endpoint_auth_method": "private_key_jwt",
        "id_token_signed_response_alg": "RS256",
        "scope": " ".join(within((one.scope for one in SCOPES), scopes)),
        TOOL_CONFIGURATION: {
            "domain": at.domain,
            "description": ABOUT["en"],
            "description#id": ABOUT["id"],
            "target_link_uri": at.launch,  # without it Moodle makes one of the domain, over https
            "custom_parameters": {**CUSTOM},
            "claims": [*within(wishes.claims, claims)],
            "messages": [_message(at, one) for one in messages],
        },
    }


def _message(at: Addresses, one: OfferedMessage) -> Json:
    told: dict[str, Json] = {"type": one.type, "target_link_uri": at.launch, "label": TOOL_NAME, "icon_uri": at.icon}
    if one.placements:
        told["placements"] = [*one.placements]
    return told


def canvas_json(at: Addresses, messages: Sequence[OfferedMessage], wishes: Wishes) -> dict[str, Json]:
    """Give the configuration that Canvas takes by its address or pasted (Developer Keys, LTI Key)."""
    placed: list[Json] = [
        {"placement": place, "message_type": one.type, "target_link_uri": at.launch, "text": TOOL_NAME, "icon_url": at.icon}
        for one in messages
        for place in placements(one.type)
    ]
    return {
        "title": TOOL_NAME,
        "description": ABOUT["en"],
        "oidc_initiation_url": at.login,
        "target_link_uri": at.launch,
        "public_jwk_url": at.jwks,
        "redirect_uris": [at.launch],
        "scopes": [one.scope for one in SCOPES],
        "custom_fields": {**CUSTOM},
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": at.domain,
                "privacy_level": Canvas.privacy_level(wishes.claims),
                "settings": {"text": TOOL_NAME, "icon_url": at.icon, "placements": placed},
            }
        ],
    }
