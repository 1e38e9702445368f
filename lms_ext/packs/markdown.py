"""What a loader wants to know of a Markdown text: the files it names, and HTML its author may believe in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

_ADDRESSED = re.compile(r"\]\(|\]:|\]\[")
_TAG = re.compile(r"<[A-Za-z/!?]")
_OPENING = re.compile(r"<[/!?]?[A-Za-z][A-Za-z0-9-]*|<[!?]")
_SCHEME = re.compile(r"\A([A-Za-z][A-Za-z0-9+.-]*:|//)")


@dataclass(frozen=True, slots=True)
class Reference:
    """A file that a text names; `line` counts from 1 inside the text."""

    path: str
    line: int
    picture: bool
    alt: str = ""

    @property
    def outside(self) -> bool:
        """Tell whether it is an address on the network and not a file of the pack."""
        return bool(_SCHEME.match(self.path))


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def _inline(source: str) -> Iterator[tuple[Token, int]]:
    for token in _parser().parse(source):
        line = (token.map[0] if token.map else 0) + 1
        yield token, line
        for child in token.children or ():
            yield child, line
            line += child.type in {"softbreak", "hardbreak"}


def references(source: str) -> list[Reference]:
    """List pictures, and links to files of the pack, in order."""
    if not _ADDRESSED.search(source):
        return []
    found = []
    for token, line in _inline(source):
        if token.type == "image":
            found.append(Reference(unquote(str(token.attrs.get("src", ""))), line, picture=True, alt=token.content.strip()))
        elif token.type == "link_open":
            one = Reference(unquote(str(token.attrs.get("href", ""))).partition("#")[0], line, picture=False)
            if one.path and not one.outside:
                found.append(one)
    return found


def raw_html(source: str) -> list[tuple[str, int]]:
    """List raw HTML as (its beginning, line)."""
    if not _TAG.search(source):
        return []
    found = []
    for token, line in _inline(source):
        if token.type in {"html_block", "html_inline"}:
            opening = _OPENING.search(token.content)
            found.append(((opening[0] if opening else token.content[:20]) + ">", line))
    return found
