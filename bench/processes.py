"""Start servers and read, from the kernel, what a process tree has used."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> tuple[int, int]:
    """Give (parent, ticks of CPU with those of children that ended)."""
    text = Path(f"/proc/{pid}/stat").read_text()
    fields = text[text.rindex(")") + 2 :].split()
    return int(fields[1]), sum(map(int, fields[11:15]))


def tree(root: int) -> list[int]:
    """List a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                children.setdefault(_stat(int(folder.name))[0], []).append(int(folder.name))
            except (OSError, ValueError):
                continue  # it ended meanwhile
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def cpu_ms(root: int) -> float:
    """Give the CPU milliseconds (user and system) that a tree has used so far."""
    total = 0
    for pid in tree(root):
        try:
            total += _stat(pid)[1]
        except OSError:
            continue
    return total * 1000 / _TICKS


def pss_mb(pid: int) -> float:
    """Give a process's proportional share of memory in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError(pid)


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    """Give a small environment in which this checkout can be imported, and no library that only tests have."""
    path = os.pathsep.join([str(ROOT / "bench/as_installed"), str(ROOT), str(ROOT / "plugins")])
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": path, "NO_PROXY": "127.0.0.1,localhost"} | more


@dataclass
class Server:
    """A process in the foreground, answering at `port`."""

    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> None:
        """End it and wait."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)


def serve(arguments: list[str], port: int, env: Mapping[str, str], folder: Path, *, probe: str = "/") -> Server:
    """Run `python arguments…` until `Server.stop`; return when `probe` answers, RuntimeError with its log when it does not."""
    log = folder / f"server-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, *arguments], env=dict(env), stdout=out, stderr=out, cwd=folder)
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{probe}", timeout=2).close()
        except urllib.error.HTTPError:
            pass
        except OSError:
            time.sleep(0.1)
            continue
        return Server(process, port)
    process.kill()
    raise RuntimeError(log.read_text(errors="replace")[-3000:])


def gunicorn(app: str, port: int, env: Mapping[str, str], folder: Path, *, probe: str) -> Server:
    """Serve a WSGI application as in production: gunicorn, one sync worker."""
    arguments = ["-m", "gunicorn", "--preload", "--workers", "1", "--log-level", "warning", "--bind", f"127.0.0.1:{port}", app]
    return serve(arguments, port, env, folder, probe=probe)
