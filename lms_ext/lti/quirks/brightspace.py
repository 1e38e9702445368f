"""D2L Brightspace (hypothesis/lms, ``product/d2l``)."""

from lms_ext.domain.quirks import Quirks


class Brightspace(Quirks):
    """Takes one audience for service assertions, whatever the token URL is."""

    product = "brightspace"

    def token_audience(self, token_url: str) -> str:
        """Give the audience that all sites share."""
        del token_url
        return "https://api.brightspace.com/auth/token"
