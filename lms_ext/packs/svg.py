"""SVG that cannot run anything: pictures are refused, never repaired, so that what was drawn is what is shown."""

import re
from collections.abc import Mapping
from xml.parsers import expat

SVG = "http://www.w3.org/2000/svg"
XLINK_HREF = "http://www.w3.org/1999/xlink href"
_NAMES = """
svg g defs symbol use title desc metadata style switch view path rect circle ellipse line polyline polygon text tspan
textPath image linearGradient radialGradient stop clipPath mask pattern marker filter feGaussianBlur feOffset feBlend
feColorMatrix feComposite feFlood feMerge feMergeNode feMorphology feDropShadow
"""
_ELEMENTS = frozenset(_NAMES.split())
_INERT = (  # what drawing programs leave behind; browsers do nothing with it
    "http://www.inkscape.org/",
    "http://sodipodi.sourceforge.net/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://creativecommons.org/ns#",
    "http://purl.org/dc/",
    "http://ns.adobe.com/",
)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z")
_OUTSIDE = re.compile(r"url\s*\(\s*(?![\"']?\s*#)|@import|javascript:|expression\s*\(|\\", re.IGNORECASE)
DEPTH = 60


class _Unsafe(Exception):
    pass


class _Checker:
    def __init__(self) -> None:
        self.depth = 0
        self.style: list[str] | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        space, _, local = name.rpartition(" ")
        if self.depth == 1 and (space, local) != (SVG, "svg"):
            raise _Unsafe("akar bukan <svg> / a root that is not <svg>")
        if self.depth > DEPTH:
            raise _Unsafe(f"> {DEPTH} tingkat / levels")
        if space.startswith(_INERT):
            return
        if space != SVG or local not in _ELEMENTS:
            raise _Unsafe(f"<{local}>")
        if local == "style":
            self.style = []
        for key, value in attributes.items():
            _attribute(local, key, value)

    def end(self, _name: str) -> None:
        self.depth -= 1
        if self.style is not None:
            if _OUTSIDE.search("".join(self.style)):
                raise _Unsafe("<style> dengan rujukan ke luar / with an outside reference")
            self.style = None

    def text(self, data: str) -> None:
        if self.style is not None:
            self.style.append(data)

    @staticmethod
    def doctype(*_: object) -> None:
        raise _Unsafe("<!DOCTYPE>")

    @staticmethod
    def instruction(*_: object) -> None:
        raise _Unsafe("<?…?>")


def _attribute(element: str, key: str, value: str) -> None:
    local = key.rpartition(" ")[2]
    if local.lower().startswith("on"):
        raise _Unsafe(f"{local}=")
    if local == "href":
        if not (value.startswith("#") or (element == "image" and _PICTURE.match(value))):
            raise _Unsafe(f"href={value[:40]}")
    elif not key.startswith(_INERT) and _OUTSIDE.search(value):
        raise _Unsafe(f"{local}={value[:40]}")


def svg_fault(data: bytes) -> tuple[str, int] | None:
    """Say what an SVG must not hold and on which line, or None when it is safe to show."""
    parser = expat.ParserCreate(namespace_separator=" ")
    checker = _Checker()
    parser.StartElementHandler = checker.start
    parser.EndElementHandler = checker.end
    parser.CharacterDataHandler = checker.text
    parser.StartDoctypeDeclHandler = checker.doctype
    parser.ProcessingInstructionHandler = checker.instruction
    try:
        parser.Parse(data, True)
    except _Unsafe as found:
        return str(found), parser.CurrentLineNumber
    except expat.ExpatError as error:
        return f"XML rusak / broken XML ({expat.ErrorString(error.code)})", error.lineno
    return None
