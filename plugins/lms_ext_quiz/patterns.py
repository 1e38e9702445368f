"""Short texts compared as people mean them: case, blanks, accents and a closing full stop do not matter."""

import re
import unicodedata

_BLANKS = re.compile(r"\s+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-"})


def folded(written: str) -> str:
    """Give the form in which two texts are compared."""
    parts = unicodedata.normalize("NFKD", written.translate(_QUOTES))
    bare = "".join(one for one in parts if not unicodedata.combining(one))
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", bare).casefold()).strip().rstrip(" .")


def fits(written: str, pattern: str) -> bool:
    """Tell whether a text fits a pattern in which ``*`` stands for anything, also for nothing; in linear time."""
    given = folded(written)
    first, *rest = folded(pattern).split("*")
    if not given or not rest:
        return bool(given) and given == first
    *middle, last = rest
    end = len(given) - len(last)
    place = len(first)
    if end < place or not given.startswith(first) or not given.endswith(last):
        return False
    for part in middle:
        found = given.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True


def example(pattern: str) -> str:
    """Give a text that fits a pattern."""
    return pattern.replace("*", "x")


def empty(pattern: str) -> bool:
    """Tell whether a pattern asks for nothing."""
    return not folded(pattern).replace("*", "").strip(" .")
