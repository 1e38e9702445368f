"""What differs from one LMS to the next. The base class is LTI as written.

A platform's file overrides only its own differences.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from lms_ext.domain.activities import Json


@dataclass(frozen=True, slots=True)
class PlatformInfo:
    """What `choose_quirks` may look at."""

    issuer: str
    product: str
    """The registered product family code, e.g. ``moodle``; "" when unknown."""


class Quirks:
    """LTI Advantage as the specifications have it."""

    product = "generic"
    counts_submissions = False
    """Every score counts as a handing-in there unless it says that it does not."""
    hosts: tuple[str, ...] = ()
    """Domains of the vendor that every site of the product may name in its registration, e.g. for tokens."""
    shares_issuer = False
    """Whether all sites have one issuer, so that it does not tell one school from another."""

    def registration(self, body: dict[str, Json]) -> dict[str, Json]:
        """Adapt what registers the tool (Dynamic Registration 1.0)."""
        return body

    def scores_url(self, lineitem: str) -> str:
        """Give the score endpoint of a line item: ``/scores`` goes before any query (AGS 2.0, 3.1)."""
        return self._below(lineitem, "scores")

    def results_url(self, lineitem: str, user: str = "") -> str:
        """Give the results endpoint for one person, or for all."""
        url = self._below(lineitem, "results")
        if not user:
            return url
        return f"{url}{'&' if '?' in url else '?'}user_id={quote(user, safe='')}"

    @staticmethod
    def _below(lineitem: str, name: str) -> str:
        parts = urlsplit(lineitem)
        return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}"))

    def token_audience(self, token_url: str) -> str:
        """Give the audience of a service assertion when the registration names none."""
        return token_url

    def score_body(self, body: dict[str, Json], *, again: bool) -> dict[str, Json]:
        """Adapt a score message; `again` is True for a resend or a corrected score of work the platform knows."""
        del again
        return body

    def is_timestamp_refusal(self, status: int, body: str) -> bool:
        """Tell whether a refusal may mean "newer there", "same second" or "your earlier try arrived"."""
        return status == 409 or (status == 400 and "timestamp" in body.lower())

    def is_token_refusal(self, status: int, body: str) -> bool:
        """Tell whether the access token was refused, so that a new one may help."""
        del body
        return status == 401

    def is_rate_limit(self, status: int, headers: Mapping[str, str]) -> bool:
        """Tell whether the platform asks us to slow down; a 503 that names no time is a platform that is away."""
        return status == 429 or (status == 503 and "retry-after" in headers)

    def is_not_enrolled(self, status: int, body: str) -> bool:
        """Tell whether a refused score means that this person cannot be graded there: not, or no longer, a learner."""
        del status, body
        return False
