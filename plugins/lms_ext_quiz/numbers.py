"""Numbers as people write them: decimal comma or point, thousands, fractions, per cent."""

import re
from decimal import Decimal
from fractions import Fraction

from lms_ext.api import Text, text

_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?\Z")
_BARE = re.compile(r"\A([+-]?)[.,](\d+)\Z")
_RATIO = re.compile(r"([+-]?)(?:(\d+) )?(\d+) ?/ ?(\d+)\Z")
_GROUPED = re.compile(r"[+-]?\d{1,3}([.,]\d{3})+\Z")
_SPACED = re.compile(r"\A([+-]?\d{1,3})((?: \d{3})+)(?![\d ])")
_LONGEST = 40
"""More characters than any sensible number; longer input is not read."""
_DIGITS = 12
"""Most decimals shown before a fraction is shown instead."""


def readings(written: str) -> tuple[Fraction, ...]:
    """Give every value a text may mean, the Indonesian one first: ``1.250`` is 1250, or 1.25 to a phone without a comma key.

    Empty when it is no number.
    """
    if len(written) > 2 * _LONGEST:
        return ()
    plain = re.sub(r"\s+", " ", written).strip().replace("−", "-").replace("–", "-")
    if plain.endswith("%"):
        whole = readings(plain[:-1]) if plain.count("%") == 1 else ()
        return (*whole, *(one / 100 for one in whole))
    if not plain or len(plain) > _LONGEST:
        return ()
    ratio = _RATIO.match(plain)
    if ratio:
        return _ratio(ratio)
    plain = _BARE.sub(r"\g<1>0.\2", _SPACED.sub(lambda found: found[1] + found[2].replace(" ", ""), plain))
    found = [_decimal(plain)]
    if _GROUPED.match(plain) and len({*plain} & {".", ","}) == 1:
        thousands = _plain(re.sub(r"[.,]", "", plain))
        found = [thousands, *found] if "." in plain else [*found, thousands]
    return tuple(one for one in found if one is not None)


def ambiguous(written: str) -> bool:
    """Tell whether an author's number has no certain meaning: ``1.500``. A comma is always the decimal sign."""
    return "." in written and "," not in written and "%" not in written and len(readings(written)) > 1


def shown(value: Fraction) -> Text:
    """Write a number as each language does, without thousands signs, so that it can be read in one way only."""
    scaled, digits = value, 0
    while scaled.denominator != 1 and digits < _DIGITS:
        scaled, digits = scaled * 10, digits + 1
    if scaled.denominator != 1:
        ratio = f"{value.numerator}/{value.denominator}"
        return text(ratio, ratio)
    whole, rest = divmod(abs(scaled.numerator), 10**digits)
    sign = "-" if value < 0 else ""
    if not digits:
        return text(f"{sign}{whole}", f"{sign}{whole}")
    return text(f"{sign}{whole},{rest:0{digits}}", f"{sign}{whole}.{rest:0{digits}}")


def _ratio(found: re.Match[str]) -> tuple[Fraction, ...]:
    if not int(found[4]):
        return ()
    value = int(found[2] or 0) + Fraction(int(found[3]), int(found[4]))
    return (-value if found[1] == "-" else value,)


def _decimal(plain: str) -> Fraction | None:
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and point >= 0:  # both: the last one is the decimal sign
        thousands, sign = (".", ",") if comma > point else (",", ".")
        whole, _, rest = plain.partition(sign)
        grouped = bool(_GROUPED.match(whole)) and thousands not in rest
        return _plain(f"{whole.replace(thousands, '')}.{rest}") if grouped else None
    return _plain(plain.replace(",", "."))


def _plain(plain: str) -> Fraction | None:
    return Fraction(Decimal(plain)) if _PLAIN.match(plain) else None
