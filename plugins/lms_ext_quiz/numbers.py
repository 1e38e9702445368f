"""Numbers as people write them: decimal comma or point, thousands, fractions."""

import re
from decimal import Decimal
from fractions import Fraction

_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?\Z")
_RATIO = re.compile(r"([+-]?\d+)/(\d+)\Z")
_GROUPED = re.compile(r"[+-]?\d{1,3}([.,]\d{3})+\Z")
_LONGEST = 40
"""More characters than any sensible number; longer input is not read."""


def readings(written: str) -> frozenset[Fraction]:
    """Give every value a text may mean: ``1.250`` is 1250 to an Indonesian and 1.25 to a calculator. Empty when no number."""
    text = re.sub(r"[\s_]", "", written).replace("−", "-").replace("–", "-")
    if not text or len(text) > _LONGEST:
        return frozenset()
    ratio = _RATIO.match(text)
    if ratio:
        return frozenset({Fraction(int(ratio[1]), int(ratio[2]))}) if int(ratio[2]) else frozenset()
    found = {_decimal(text)}
    if _GROUPED.match(text) and len({*text} & {".", ","}) == 1:
        found.add(_plain(re.sub(r"[.,]", "", text)))
    return frozenset(one for one in found if one is not None)


def _decimal(text: str) -> Fraction | None:
    comma, point = text.rfind(","), text.rfind(".")
    if comma >= 0 and point >= 0:  # both: the last one is the decimal sign
        thousands, sign = (".", ",") if comma > point else (",", ".")
        return _plain(text.replace(thousands, "").replace(sign, ".")) if text.count(sign) == 1 else None
    return _plain(text.replace(",", "."))


def _plain(text: str) -> Fraction | None:
    return Fraction(Decimal(text)) if _PLAIN.match(text) else None
