"""CommonMark with tables and maths to safe HTML; maths become MathML on the server, so pages need no script for them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape

import nh3
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin

PACK_PREFIX = "pack:"
"""Scheme of picture addresses in rendered HTML that point into the pack; the page puts the pack's address in their place."""

FORMULA_LIMIT = 2_000
"""Most characters of one formula: the converter takes a second for 40,000."""

_MATHML = {
    "math", "semantics", "annotation", "mrow", "mi", "mo", "mn", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub",
    "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
    "mmultiscripts", "mprescripts", "mlabeledtr",
}  # fmt: skip
_TAGS = _MATHML | {
    "p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "del", "code", "pre", "blockquote", "ul", "ol", "li",
    "a", "img", "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "div", "span", "sup", "sub",
}  # fmt: skip
_MATH_ATTRIBUTES = {"mathvariant", "stretchy", "fence", "separator", "form", "accent", "accentunder", "columnalign", "rowspacing",
                    "columnspacing", "displaystyle", "scriptlevel", "linethickness", "lspace", "rspace", "width", "height",
                    "depth", "minsize", "maxsize", "notation", "encoding", "columnlines", "rowlines", "frame"}  # fmt: skip
_ATTRIBUTES = dict.fromkeys(_MATHML, _MATH_ATTRIBUTES) | {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height", "loading"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
    "math": _MATH_ATTRIBUTES | {"display", "xmlns"},
}
_ALIGNED = re.compile(r'<t([hd]) style="text-align:(left|right|center)">')


def _mathml(latex: str, *, block: bool) -> str:
    markup = convert(latex, display="block" if block else "inline")
    head, inner = markup.split(">", 1)
    inner = inner.removesuffix("</math>")
    return f'{head}><semantics>{inner}<annotation encoding="application/x-tex">{escape(latex)}</annotation></semantics></math>'


def _safe_mathml(latex: str, *, block: bool) -> str:
    as_written = f"<code>{escape(latex)}</code>"
    if len(latex) > FORMULA_LIMIT:
        return as_written
    try:
        return _mathml(latex, block=block)
    except Exception:  # noqa: BLE001 - the converter raises many kinds on bad LaTeX; the reader still gets the formula
        return as_written


def _render_math(_self: RendererHTML, tokens: list[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    token = tokens[index]
    block = token.type != "math_inline"
    markup = _safe_mathml(token.content, block=block)
    return f'<div class="math">{markup}</div>\n' if block else markup


def _render_image(_self: RendererHTML, tokens: list[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    token = tokens[index]
    source = str(token.attrs.get("src", ""))
    caption = str(token.attrs.get("title", ""))
    picture = f'<img src="{PACK_PREFIX}{escape(source, quote=True)}" alt="{escape(token.content, quote=True)}" loading="lazy">'
    return f'{picture}<span class="caption">{escape(caption)}</span>' if caption else picture


def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    dollarmath_plugin(parser, allow_space=False, double_inline=True)
    return parser


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = _markdown()
    for rule in ("math_inline", "math_inline_double", "math_block", "math_block_label"):
        parser.add_render_rule(rule, _render_math)
    parser.add_render_rule("image", _render_image)
    return parser


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"https", "http", "mailto", "pack"},
        link_rel="noopener noreferrer",
        allowed_classes={"div": {"math"}, "span": {"caption"}},
    )


def render(source: str) -> str:
    """Render CommonMark to sanitised HTML. Raw HTML in the source stays visible text."""
    html = _ALIGNED.sub(r'<t\1 align="\2">', _parser().render(source))
    # A page has one h1, its title: an author's "# …" becomes an h2, "## …" an h2 too.
    html = html.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return _cleaner().clean(html)


def readable(latex: str) -> bool:
    """Tell whether a formula is LaTeX that the converter knows."""
    try:
        # a command the converter does not know stays in sight
        return "\\" not in _mathml(latex, block=False).partition("<annotation")[0]
    except Exception:  # noqa: BLE001 - as in _safe_mathml
        return False


# "$5" and "$ 1.000,50" are money, "$2x" and "$2 + x" are the beginning of a formula
_LONELY = re.compile(r"\$(?! ?(?>\d+(?:[.,]\d+)*)(?!\w| ?[-+*/=^_<>\\{])).*")


@dataclass(slots=True)
class Dollars:
    """The formulas of a text, and the ``$`` without a partner with the words behind it; lines count from 1."""

    formulas: list[tuple[str, int]] = field(default_factory=list)
    lonely: list[tuple[str, int]] = field(default_factory=list)


def dollars(source: str) -> Dollars:
    """Look at each ``$`` of a text; escaped ones, those in code and those of an amount of money are none."""
    found = Dollars()
    for token, line in _with_lines(_looking().parse(source)):
        if token.type.startswith("math_"):
            found.formulas.append((token.content, line))
        elif token.type == "text" and (rest := _LONELY.search(token.content)):
            found.lonely.append((rest[0], line))
    return found


@lru_cache(maxsize=1)
def _looking() -> MarkdownIt:
    # what was escaped stays apart from other text
    return _markdown().disable("text_join")


def _with_lines(tokens: list[Token]) -> Iterator[tuple[Token, int]]:
    for token in tokens:
        line = (token.map[0] if token.map else 0) + 1
        yield token, line
        for child in token.children or ():
            yield child, line
            line += child.content.count("\n") + (child.type in {"softbreak", "hardbreak"})
