"""What changed between two versions of a text, word by word."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"\n+|\S+[^\S\n]*")
_MOST = 500
"""Most changed words that are told one by one; beyond, the whole stretch counts as rewritten, so that no text is slow."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: ``same``, ``ins`` (new) or ``del`` (gone)."""

    kind: str
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """Give the new text in pieces, with what is gone between them."""
    before, after = _TOKEN.findall(old.strip()), _TOKEN.findall(new.strip())
    a, b = [one.rstrip(" \t") for one in before], [one.rstrip(" \t") for one in after]
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    pieces = [("same", one) for one in after[:head]]
    middle = _matches(a[head : len(a) - tail], b[head : len(b) - tail])
    x, y = head, head
    for i, j in [*((head + i, head + j) for i, j in middle), (len(a) - tail, len(b) - tail)]:
        pieces += [("del", one) for one in before[x:i]] + [("ins", one) for one in after[y:j]]
        if j < len(b) - tail:
            pieces.append(("same", after[j]))
        x, y = i + 1, j + 1
    pieces += [("same", one) for one in after[len(b) - tail :]]
    return _joined(pieces)


def _matches(a: list[str], b: list[str]) -> list[tuple[int, int]]:
    """Give the pairs of equal words of a shortest edit (Myers), or none when it is longer than `_MOST`."""
    ends = {1: 0}
    trace: list[dict[int, int]] = []
    for steps in range(min(len(a) + len(b), _MOST) + 1):
        trace.append({k: ends[k] for k in range(-steps - 1, steps + 2) if k in ends})
        for k in range(-steps, steps + 1, 2):
            down = k == -steps or (k != steps and ends.get(k - 1, -1) < ends.get(k + 1, -1))
            x = ends[k + 1] if down else ends[k - 1] + 1
            while x < len(a) and x - k < len(b) and a[x] == b[x - k]:
                x += 1
            ends[k] = x
            if x >= len(a) and x - k >= len(b):
                return _walk(trace, len(a), len(b))
    return []


def _walk(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for steps in range(len(trace) - 1, -1, -1):
        ends, k = trace[steps], x - y
        down = k == -steps or (k != steps and ends.get(k - 1, -1) < ends.get(k + 1, -1))
        start_k = k + 1 if down else k - 1
        start_x = ends[start_k]
        start_y = start_x - start_k
        while x > max(start_x, 0) and y > max(start_y, 0):
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = start_x, start_y
    return pairs[::-1]


def _joined(pieces: list[tuple[str, str]]) -> list[Piece]:
    joined: list[Piece] = []
    for kind, written in pieces:
        if joined and joined[-1].kind == kind:
            joined[-1] = Piece(kind, joined[-1].text + written)
        else:
            joined.append(Piece(kind, written))
    return joined
