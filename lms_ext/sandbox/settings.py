"""What the practice LMS is told at its start."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Where the practice LMS runs, which LMS it imitates, and which tool it opens."""

    url: str = "http://127.0.0.1:9000"
    """Address under which browsers and the tool reach the practice LMS; another site than the tool's, as in life."""
    tool_url: str = "http://localhost:8000"
    """Base address of the tool; "" leaves the tool to be typed in by the admin of the LMS."""
    database: str = ":memory:"
    """A file for what must survive a restart."""
    profile: str = "generic"
    client_id: str = "lms-latihan-1"
    launch_limit: int = 60
    """Seconds an id_token lives, as with Moodle."""
    token_seconds: int = 3600
    links: tuple[tuple[str, str], ...] = ()
    """(title, activity reference) of links that are in the course from the start."""
