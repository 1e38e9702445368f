"""D2L Brightspace."""

from lms_ext.domain.quirks import Quirks

_AUDIENCE = "https://api.brightspace.com/auth/token"


class Brightspace(Quirks):
    """D2L Brightspace, every site."""

    product = "brightspace"
    hosts = ("brightspace.com", "desire2learn.com")
    """A site of any address takes its tokens from the vendor (auth.brightspace.com)."""

    def token_audience(self, token_url: str) -> str:
        """Give one audience for all sites.

        Fault: assertions must be made out to an address that is not the token URL.
        Effect: no token, so no grade ever arrives, until an admin finds the field "token audience".
        Source: https://github.com/hypothesis/lms, lms/product/d2l/_plugin/misc.py; the registration
        page of Brightspace shows both addresses.
        """
        del token_url
        return _AUDIENCE

    def is_not_enrolled(self, status: int, body: str) -> bool:
        """Know a person who left by the words of the refusal.

        Fault: 403 also means that our own permission is missing, and 404 that the column is gone.
        Effect: one person who left the course looks like a broken connection for the whole class.
        Source: https://github.com/hypothesis/lms, lms/services/lti_grading/_v13.py.
        """
        return (status == 403 and "is not enrolled in the org unit" in body) or (
            status == 404 and "User in requested score does not exist" in body
        )
