"""What single platforms do differently, one file each. Chosen by the product family code of the registration."""

from lms_ext.domain.quirks import PlatformInfo, Quirks
from lms_ext.hookspecs import hookimpl
from lms_ext.lti.quirks.brightspace import Brightspace
from lms_ext.lti.quirks.canvas import Canvas

_BY_PRODUCT: dict[str, Quirks] = {one.product: one for one in (Canvas(), Brightspace())}


@hookimpl(trylast=True)
def choose_quirks(platform: PlatformInfo) -> Quirks | None:
    """Give the quirks of a product we know, or None."""
    return _BY_PRODUCT.get(platform.product.lower())
