"""``{#id name=value}`` at the end of a line, and ids made from words."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field

_TOKEN = r"(?:#[^\s{}=#\"]+|[A-Za-z_][\w-]*=(?:\"[^\"{}\n]*\"|[^\s{}\"]+))"  # noqa: S105 - a piece of grammar
_BRACES = re.compile(r"(?:^|\s+)\{\s*(" + _TOKEN + r"(?:[ \t]+" + _TOKEN + r")*)\s*\}\s*\Z")
_ONE = re.compile(_TOKEN)
_SHORT = 24


@dataclass(frozen=True)
class Marked:
    """A text and the attributes written after it."""

    text: str
    id: str = ""
    values: dict[str, str] = field(default_factory=dict)
    twice: tuple[str, ...] = ()

    def with_more(self, other: "Marked") -> "Marked":
        """Add the attributes of a text that follows; those given here stay."""
        both = tuple(self.values.keys() & other.values.keys()) + (("#id",) if self.id and other.id else ())
        return Marked(self.text, self.id or other.id, {**other.values, **self.values}, self.twice + other.twice + both)


def marked(written: str) -> Marked:
    """Take the attributes off the end of a text; braces that hold anything else, such as LaTeX, stay in it."""
    # Attributes are short: searching the whole of a long text for a start would take time that grows with its square.
    start = written.rfind("{")
    before = len(written[: max(start, 0)].rstrip())
    found = _BRACES.match(written, before) if start >= 0 else None
    if not found:
        return Marked(written.strip())
    name, values, twice = "", dict[str, str](), list[str]()
    for one in _ONE.findall(found[1]):
        key, _, value = one.partition("=")
        if one.startswith("#"):
            twice += ["#id"] if name else []
            name = name or one[1:]
        elif key in values:
            twice.append(key)
        else:
            values[key] = value.strip('"')
    return Marked(written[:before].strip(), name, values, tuple(twice))


def id_from(words: str, *, plain: bool = False) -> str:
    """Make a stable id from words, never from their position: a short form and, unless `plain`, a digest of all of them.

    An author who edits the words gets another id. That is safe: an attempt keeps the published text it began with.
    """
    ascii_only = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    short = re.sub(r"[^a-z0-9]+", "-", ascii_only)[:_SHORT].strip("-")
    if plain or not words:
        return short
    return f"{short}-{hashlib.sha256(words.encode()).hexdigest()[:8]}".lstrip("-")
