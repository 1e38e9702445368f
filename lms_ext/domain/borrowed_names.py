"""Whether two addresses are one LMS's, for what is signed: all LMSs trust one key of ours and know us by client id alone."""

from collections.abc import Collection

from lms_ext.domain.hosts import host_of, of_vendor

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def may_be_told(audience: str, token_url: str, vendor: Collection[str]) -> bool:
    """Tell whether a signed statement for `audience` may be sent to `token_url`.

    In other hands it is a key to the class lists and gradebooks of the LMS that it is for, so both must be of one host, or of
    one vendor's domains. This machine itself only ever plays an LMS. A word that names no host is told: see
    `lms_ext.services.platforms.namesake`.
    """
    named, sent = host_of(audience), host_of(token_url)
    if named == sent or sent in _LOOPBACK:
        return True
    if not named:
        return "//" not in audience
    return of_vendor(named, vendor) and of_vendor(sent, vendor)
