"""Any JSON that a platform may put where something else belongs: strange letters, numbers out of range, deep and wide nests."""

from typing import Any

from hypothesis import strategies as st

_LETTERS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", " ", "\x00", "\ud800", "$X.y", "x" * 3000, "=1+1", "<script>alert(1)</script>", "a\r\nX-Evil: 1", "\u202e"]
    ),
    st.sampled_from(
        ["https://lms.example/x", "https://[::1", "https://h:99999/", "javascript:alert(1)", "//evil.example", "http://a"]
    ),
)
_NUMBERS = st.one_of(
    st.integers(), st.floats(), st.sampled_from([1 << 31, 1 << 63, -(1 << 63) - 1, 1e308, float("nan"), float("inf")])
)
_LEAVES = st.one_of(st.none(), st.booleans(), _NUMBERS, _LETTERS)
_NAMES = st.one_of(
    st.sampled_from(["id", "title", "scope", "contexts", "lineitem", "type", "user_id", "data"]), st.text(max_size=5)
)


def _deep(leaf: Any) -> Any:
    for _ in range(300):
        leaf = [leaf]
    return leaf


ANYTHING = st.one_of(
    _LEAVES,
    st.recursive(_LEAVES, lambda one: st.lists(one, max_size=3) | st.dictionaries(_NAMES, one, max_size=3), max_leaves=6),
    _LEAVES.map(_deep),
    _LEAVES.map(lambda one: [one] * 200),
)
"""One value of any kind."""


def changes(known: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Replace one to three of these claims, or entries inside them, by anything; ``...`` for a claim that is left out."""
    inner = {name: list(value) for name, value in known.items() if isinstance(value, dict) and value}

    def whole(name: str) -> st.SearchStrategy[tuple[str, Any]]:
        value = st.one_of(ANYTHING, st.just(...))
        if name in inner:
            entry = st.tuples(st.sampled_from(inner[name]), ANYTHING).map(lambda pair: {**known[name], pair[0]: pair[1]})
            value = st.one_of(value, entry, entry)
        return value.map(lambda one: (name, one))

    one = st.sampled_from(sorted(known)).flatmap(whole)
    return st.lists(one, min_size=1, max_size=3).map(dict)
