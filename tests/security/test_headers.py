"""What headers promise holds for whom it should, and for nothing else."""

from flask.testing import FlaskClient

from lms_ext.web.assets import asset
from tests.support.platform import KeyServer, launch
from tests.support.published import INSTRUCTOR

HTTPS = "https://localhost"
SCHOOL = {"launch_presentation": {"return_url": "https://sekolah.lms.example/course/7"}}


def directive(policy: str, name: str) -> str:
    return next(one.strip() for one in policy.split(";") if one.strip().startswith(name))


def kept(client: FlaskClient, address: str) -> str:
    with client.get(address, base_url=HTTPS) as answer:
        return answer.headers.get("Cache-Control", "")


def test_only_a_current_file_may_be_kept_for_a_year(client: FlaskClient) -> None:
    """While a new version is rolled out a process may not know a file, or have it as it was: caches must not keep that."""
    assert "immutable" in kept(client, asset("lms.css"))
    for address in ("/static/lms.css?v=0000000000", "/static/new.css?v=0000000000", "/static/../../x?v=1", "/static/?v=1"):
        assert "immutable" not in kept(client, address), address


def test_a_school_host_of_the_platform_may_frame_its_course(client: FlaskClient, keys: KeyServer) -> None:
    opened = launch(client, custom={"activity": "demo/kerja"}, **SCHOOL)
    policy = client.get(opened.headers["Location"], base_url=HTTPS).headers["Content-Security-Policy"]
    assert directive(policy, "frame-ancestors") == "frame-ancestors https://lms.example https://sekolah.lms.example"


def test_a_teacher_who_does_not_repair_a_link_gets_back_to_the_course(client: FlaskClient, keys: KeyServer) -> None:
    opened = launch(client, custom={"activity": "demo/hilang"}, **SCHOOL, **INSTRUCTOR)
    policy = client.get(opened.headers["Location"], base_url=HTTPS).headers["Content-Security-Policy"]
    assert directive(policy, "form-action") == "form-action 'self' https://sekolah.lms.example"


def test_no_address_adds_a_directive(client: FlaskClient, keys: KeyServer) -> None:
    for odd in ("https://h.example:;sandbox", "https://h.example:;script-src/x", "https://h;x/", "https://h.example:x/"):
        opened = launch(client, custom={"activity": "demo/kerja"}, launch_presentation={"return_url": odd})
        policy = client.get(opened.headers["Location"], base_url=HTTPS).headers["Content-Security-Policy"]
        assert policy.count(";") == 7, odd
        assert directive(policy, "frame-ancestors") == "frame-ancestors https://lms.example"


def test_in_the_frame_of_an_lms_one_can_read_that_the_session_is_over(client: FlaskClient) -> None:
    lost = client.get("/l/1-1-1/nowhere", base_url=HTTPS)
    assert directive(lost.headers["Content-Security-Policy"], "frame-ancestors") == "frame-ancestors 'none'"
    answer = client.get("/l/1-1-1/a/kerja", base_url=HTTPS)
    assert answer.status_code == 401
    assert directive(answer.headers["Content-Security-Policy"], "frame-ancestors") == "frame-ancestors *"
