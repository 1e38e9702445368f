"""Build the stylesheets and copy vendored parts: `npm ci --prefix assets`, then `python assets/build.py [--check]`.

The outputs are committed, so installing or running lms_ext needs no Node. `--check` writes nothing and exits 1 when
an output differs from its source.
"""

import argparse
import base64
import gzip
import hashlib
import json
import subprocess
import sys
from pathlib import Path

ASSETS = Path(__file__).resolve().parent
ROOT = ASSETS.parent
NODE = ASSETS / "node_modules"
TOOL_STATIC = ROOT / "lms_ext" / "web" / "static"
SANDBOX_STATIC = ROOT / "lms_ext" / "sandbox" / "static"
AXE = "4.14.1"
AXE_TARGET = ROOT / "tests" / "browser" / "vendor" / f"axe-core-{AXE}"

# Bootstrap 5.3 is written for the older Sass module system; its deprecations are not ours to act on.
QUIET = ["--quiet-deps", "--silence-deprecation=import,if-function,global-builtin,color-functions"]


def compiled(source: str) -> bytes:
    """The compressed CSS of one entry file in scss/; Sass's own message ends the build when it refuses."""
    sass = NODE / "sass" / "sass.js"
    command = ["node", str(sass), "--no-source-map", "--style=compressed", *QUIET]
    command += ["-I", str(NODE / "bootstrap" / "scss"), str(ASSETS / "scss" / source)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603  fixed command, no input


def outputs() -> dict[Path, bytes]:
    """Every built or copied file with its content."""
    icons = (ASSETS / "icons.svg").read_bytes()
    axe = NODE / "axe-core"
    return {
        TOOL_STATIC / "lms.css": compiled("lms.scss"),
        SANDBOX_STATIC / "sandbox.css": compiled("sandbox.scss"),
        TOOL_STATIC / "icons.svg": icons,
        SANDBOX_STATIC / "icons.svg": icons,
        AXE_TARGET / "axe.min.js": (axe / "axe.min.js").read_bytes(),
        AXE_TARGET / "LICENSE": (axe / "LICENSE").read_bytes(),
    }


def lock() -> bytes:
    """What was taken from npm, with the registry's integrity and our hash of each file kept here."""
    packages = json.loads((ASSETS / "package-lock.json").read_text())["packages"]
    vendored = {
        "bootstrap": ("MIT", "compiled into lms.css and sandbox.css", []),
        "axe-core": ("MPL-2.0", "accessibility tests only, not shipped", ["axe.min.js", "LICENSE"]),
    }
    rows = []
    for name, (licence, use, files) in vendored.items():
        package = packages[f"node_modules/{name}"]
        target = AXE_TARGET if name == "axe-core" else TOOL_STATIC
        hashes = {
            (target / file).relative_to(ROOT).as_posix(): hashlib.sha256((NODE / name / file).read_bytes()).hexdigest()
            for file in files
        }
        rows.append(
            {
                "name": name,
                "version": package["version"],
                "licence": licence,
                "use": use,
                "npm_integrity": package["integrity"],
                "files_sha256": hashes,
            }
        )
    return (json.dumps({"packages": rows}, indent=2, ensure_ascii=False) + "\n").encode()


def sri(content: bytes) -> str:
    """The subresource-integrity form of a file's SHA-384."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def main() -> int:
    """Write every output, or with --check only compare; returns the exit code."""
    parser = argparse.ArgumentParser(description="Build the stylesheets from assets/scss.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when an output is not current")
    check = parser.parse_args().check
    if not NODE.is_dir():
        print("assets/node_modules is missing: run `npm ci --prefix assets` first.", file=sys.stderr)  # noqa: T201  a command line
        return 2
    files = {**outputs(), ASSETS / "vendor.lock.json": lock()}
    stale = [path for path, content in files.items() if not path.exists() or path.read_bytes() != content]
    for path in [] if check else stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[path])
    for path in stale:
        size = len(gzip.compress(files[path], mtime=0))
        print(f"{'stale' if check else 'wrote'}: {path.relative_to(ROOT)} ({size} bytes gzipped)")  # noqa: T201  a command line
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
