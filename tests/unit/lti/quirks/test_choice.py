"""Which platform gets which differences."""

import pytest

from lms_ext.defaults import builtin_plugins
from lms_ext.domain.quirks import PlatformInfo, Quirks
from lms_ext.hookspecs import hookimpl
from lms_ext.lti import quirks
from lms_ext.plugin_host import load_plugins


def chosen(issuer: str, product: str, *more: object) -> Quirks:
    host = load_plugins([], builtin={**builtin_plugins(), "default-quirks": quirks}, strict=True)
    for number, plugin in enumerate(more):
        host.add(f"extra-{number}", plugin)
    found = host.choose("choose_quirks", Quirks(), platform=PlatformInfo(issuer, product))
    assert isinstance(found, Quirks)
    return found


@pytest.mark.parametrize(
    ("issuer", "product", "name"),
    [
        ("https://elearning.sekolah.example", "moodle", "moodle"),
        ("https://elearning.sekolah.example", "Moodle", "moodle"),
        ("https://lms.example", "desire2learn", "brightspace"),
        ("https://lms.example", "BlackboardLearn", "blackboard"),
        ("https://lms.example", "Open edX", "openedx"),
        ("https://lms.example", "Sakai", "sakai"),
        ("https://canvas.instructure.com", "", "canvas"),
        ("https://blackboard.com", "", "blackboard"),
        ("https://school.brightspace.com", "", "brightspace"),
        ("https://canvas.instructure.com", "ilias", "generic"),
        ("https://brightspace.com.evil.example", "", "generic"),
        ("not an address", "", "generic"),
        ("https://[broken", "ilias", "generic"),
        ("https://lms.example", "", "generic"),
    ],
)
def test_the_product_decides_then_a_well_known_issuer(issuer: str, product: str, name: str) -> None:
    assert chosen(issuer, product).product == name


def test_a_plugin_that_knows_better_is_asked_first() -> None:
    class Own(Quirks):
        product = "own"

    class Plugin:
        @staticmethod
        @hookimpl
        def choose_quirks(platform: PlatformInfo) -> Quirks | None:
            return Own() if platform.product == "moodle" else None

    assert chosen("https://lms.example", "moodle", Plugin()).product == "own"
    assert chosen("https://lms.example", "canvas", Plugin()).product == "canvas"
