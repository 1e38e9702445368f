"""The built-in differences between platforms: a plugin that answers `choose_quirks` by product, then by a well-known issuer.

It lives here and not among the defaults: these classes are knowledge of LTI, and the defaults lie below this layer. The
application joins it to the built-in plugins. It answers last, so an enabled plugin may know a platform better.
"""

from urllib.parse import urlsplit

from lms_ext.domain.quirks import PlatformInfo, Quirks
from lms_ext.hookspecs import hookimpl
from lms_ext.lti.quirks.blackboard import Blackboard
from lms_ext.lti.quirks.brightspace import Brightspace
from lms_ext.lti.quirks.canvas import Canvas
from lms_ext.lti.quirks.moodle import Moodle
from lms_ext.lti.quirks.openedx import OpenEdx
from lms_ext.lti.quirks.sakai import Sakai

_BY_PRODUCT: dict[str, type[Quirks]] = {
    "moodle": Moodle,
    "canvas": Canvas,
    "brightspace": Brightspace,
    "desire2learn": Brightspace,
    "blackboard": Blackboard,
    "blackboardlearn": Blackboard,
    "sakai": Sakai,
    "openedx": OpenEdx,
}
"""By our profile names and by the product family codes that platforms send, in small letters without spaces."""
_BY_ISSUER: dict[str, type[Quirks]] = {
    "canvas.instructure.com": Canvas,
    "canvas.beta.instructure.com": Canvas,
    "canvas.test.instructure.com": Canvas,
    "blackboard.com": Blackboard,
}
"""Issuers that stand for a product wherever it is hosted."""
_BRIGHTSPACE_HOST = ".brightspace.com"


@hookimpl(trylast=True)
def choose_quirks(platform: PlatformInfo) -> Quirks | None:
    """Give the differences of a known product; None leaves LTI as written."""
    product = "".join(one for one in platform.product.casefold() if one.isalnum())
    host = _host(platform.issuer)
    chosen = _BY_PRODUCT.get(product)
    if chosen is None and not product:  # a registration that names another product means it
        chosen = Brightspace if host.endswith(_BRIGHTSPACE_HOST) else _BY_ISSUER.get(host)
    return chosen() if chosen else None


def _host(issuer: str) -> str:
    try:
        return urlsplit(issuer).hostname or ""
    except ValueError:
        return ""
