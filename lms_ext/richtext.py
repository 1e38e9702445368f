"""CommonMark with tables and maths to safe HTML; maths become MathML on the server, so pages need no script for them."""

import re
from functools import lru_cache
from html import escape

import nh3
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin

from lms_ext.domain.problems import Problem
from lms_ext.domain.texts import text

PACK_PREFIX = "pack:"
"""Scheme of picture addresses in rendered HTML that point into the pack; the page puts the pack's address in their place."""

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
    try:
        return _mathml(latex, block=block)
    except Exception:  # noqa: BLE001 - the converter raises many kinds on bad LaTeX; the reader still gets the formula
        return f"<code>{escape(latex)}</code>"


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


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    dollarmath_plugin(parser, allow_space=False, double_inline=True)
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


def images(source: str) -> list[tuple[str, str]]:
    """List the pictures of a text as (address, alternative text)."""
    found: list[tuple[str, str]] = []
    for token in _parser().parse(source):
        for child in token.children or ():
            if child.type == "image":
                found.append((str(child.attrs.get("src", "")), child.content))  # noqa: PERF401 - clearer than a nested comprehension
    return found


def problems(source: str, *, file: str, first_line: int) -> list[Problem]:
    """Report what will not render: LaTeX the converter does not know. Lines count from `first_line`."""
    found = []
    for token in _parser().parse(source):
        start = first_line + (token.map[0] if token.map else 0)
        for part in [token, *(token.children or ())]:
            if not part.type.startswith("math_"):
                continue
            try:
                if "\\" in _mathml(part.content, block=False).partition("<annotation")[0]:
                    raise ValueError(part.content)  # noqa: TRY301 - a command the converter does not know stays in sight
            except Exception:  # noqa: BLE001 - as in _safe_mathml
                found.append(
                    Problem(
                        rule="math",
                        message=text(f"Rumus tidak terbaca: {part.content}", f"Cannot read the formula: {part.content}"),
                        fix=text("Periksa kurung dan nama perintah LaTeX.", "Check braces and LaTeX command names."),
                        file=file,
                        line=start,
                    )
                )
    return found
