"""How each LMS is told of the tool: what it usually has is filled in, and a faulty field says where its value stands."""

import pytest

from lms_ext.domain.lms_guides import GUIDES, Guide, fault, filled, guide_for


@pytest.mark.parametrize(
    ("product", "key"),
    [
        ("moodle", "moodle"),
        ("desire2learn", "brightspace"),
        ("BlackboardLearn", "blackboard"),
        ("", "generic"),
        ("lain", "generic"),
    ],
)
def test_a_product_has_its_guide(product: str, key: str) -> None:
    assert guide_for(product) is GUIDES[key]


def test_what_an_lms_usually_has_is_filled_in_and_what_was_typed_stays() -> None:
    moodle = filled(GUIDES["moodle"], {"issuer": " https://moodle.example/ ", "client_id": "c1", "auth_token_url": "https://x/t"})
    assert moodle["issuer"] == "https://moodle.example"
    assert moodle["jwks_url"] == "https://moodle.example/mod/lti/certs.php"
    assert moodle["auth_token_url"] == "https://x/t"
    assert filled(GUIDES["moodle"], {"client_id": "c1"})["jwks_url"] == "", "nothing is made of an address that is missing"
    blackboard = filled(GUIDES["blackboard"], {"client_id": "c1"})
    assert blackboard["jwks_url"].endswith("/applications/c1/jwks.json")
    assert blackboard["issuer"] == "https://blackboard.com"
    generic = filled(GUIDES["generic"], {"issuer": "https://lms.example/"})
    assert (generic["issuer"], generic["token_audience"]) == ("https://lms.example/", "")


@pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)
def test_every_field_says_what_is_wrong_with_it(guide: Guide) -> None:
    for one in guide.asked:
        empty = fault(guide, one.name, "")
        assert one.label["id"] in empty["id"]
        assert guide.name in empty["en"]
        assert one.example in empty["id"]
        wrong = fault(guide, one.name, "x" * 300)
        address = one.name.endswith("url") or one.name == "issuer"
        assert ("https://" in wrong["en"]) == address
        assert ("255" in wrong["id"]) != address
