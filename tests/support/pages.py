"""Pages as a browser without scripts sees them: text, links, forms and what pressing a button would send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_VOID = {"input", "br", "img", "meta", "link", "hr", "use"}


@dataclass
class Element:
    """One element with its attributes, its text and its children."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    def all(self, tag: str = "", **wanted: str) -> list["Element"]:
        """Find descendants by tag and attributes."""
        found = []
        for child in self.children:
            if (not tag or child.tag == tag) and all(child[name.rstrip("_")] == value for name, value in wanted.items()):
                found.append(child)
            found += child.all(tag, **wanted)
        return found

    def one(self, tag: str = "", **wanted: str) -> "Element":
        """Find the only such descendant."""
        (found,) = self.all(tag, **wanted)
        return found

    @property
    def words(self) -> str:
        """Give the text inside, single-spaced."""
        return " ".join(" ".join([self.text, *(child.words for child in self.children)]).split())

    def inside(self, tag: str) -> "Element | None":
        """Give the nearest ancestor of this tag."""
        above = self.parent
        while above is not None and above.tag != tag:
            above = above.parent
        return above


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.top = self.at = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: name if value is None else value for name, value in attrs}, self.at)
        self.at.children.append(made)
        if tag not in _VOID:
            self.at = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.at.children.append(Element(tag, {name: value or "" for name, value in attrs}, self.at))

    def handle_endtag(self, tag: str) -> None:
        above = self.at
        while above.parent is not None:
            if above.tag == tag:
                self.at = above.parent
                return
            above = above.parent

    def handle_data(self, data: str) -> None:
        self.at.text += f" {data}"


def read(page: str) -> Element:
    """Parse a page."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.top


@dataclass
class Sent:
    """A request that a press of a button makes."""

    method: str
    url: str
    fields: list[tuple[str, str]]


def press(page: Element, button: Element, *, tick: tuple[str, ...] = (), **typed: str) -> Sent:
    """Press a button of a form: `tick` sets boxes by value, `typed` text fields by name."""
    form = page.one("form", id=button["form"]) if button["form"] else button.inside("form")
    assert form is not None
    owned = [one for one in page.all() if _owner(page, one) is form]
    fields: list[tuple[str, str]] = []
    for one in owned:
        if one is button and one["name"]:
            fields.append((one["name"], one["value"]))
        elif one.tag in {"input", "textarea", "select"} and one["name"] and not _barred(one):
            fields += _value(one, tick, typed)
    method = button["formmethod"] or form["method"] or "get"
    return Sent(method, button["formaction"] or form["action"], fields)


def _owner(page: Element, one: Element) -> Element | None:
    return next(iter(page.all("form", id=one["form"])), None) if one["form"] else one.inside("form")


def _barred(one: Element) -> bool:
    around = one.inside("fieldset")
    return bool(one["disabled"]) or (around is not None and bool(around["disabled"]))


def _value(one: Element, tick: tuple[str, ...], typed: dict[str, Any]) -> list[tuple[str, str]]:
    if one["type"] in {"checkbox", "radio"}:
        return [(one["name"], one["value"])] if one["checked"] or one["value"] in tick else []
    if one["name"] in typed:
        return [(one["name"], typed[one["name"]])]
    if one.tag == "select":
        chosen = [each for each in one.all("option") if each["selected"]] or one.all("option")[:1]
        return [(one["name"], each["value"]) for each in chosen]
    return [(one["name"], one.text.strip() if one.tag == "textarea" else one["value"])]
