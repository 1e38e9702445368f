"""`lms-ext sandbox`: the practice LMS alone."""

from pathlib import Path

import click

from lms_ext.cli_app import refuse_busy


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=9000, show_default=True)
@click.option("--tool", "tool_url", default="http://localhost:8000", show_default=True, help="Base address of the tool.")
@click.option("--data", type=click.Path(dir_okay=False, path_type=Path), help="File that keeps course and grades.")
@click.option("--profile", default="generic", show_default=True, help="The LMS to imitate, e.g. moodle.")
def sandbox(port: int, tool_url: str, data: Path | None, profile: str) -> None:
    """Run the practice LMS on this machine until Ctrl+C."""
    import sqlite3

    from werkzeug.serving import WSGIRequestHandler, make_server

    from lms_ext.sandbox.app import create_sandbox
    from lms_ext.sandbox.practice import UnknownProfile
    from lms_ext.sandbox.settings import SandboxSettings

    url = f"http://127.0.0.1:{port}"
    refuse_busy(port, "LMS Latihan", "--port")
    try:
        app = create_sandbox(SandboxSettings(url=url, tool_url=tool_url, database=str(data or ":memory:"), profile=profile))
    except UnknownProfile as error:
        raise click.ClickException(f"Profil tidak dikenal / unknown profile: {error}") from error
    except sqlite3.Error as error:
        raise click.ClickException(f"{data}: {error}") from error

    class Quiet(WSGIRequestHandler):
        """Writes no request lines: they would carry login states and hints."""

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            del code, size

    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    click.echo(f"ready: {url}")
    server.serve_forever()  # ends, and closes, at Ctrl+C
    click.echo("Selesai. / Stopped.")
