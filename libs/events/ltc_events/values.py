"""Value objects: money, quantities, rates and texts as every service means them."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from .vocabulary import Refusal

MAX_MINOR_UNITS = 10**15
"""No amount of money is larger, either way: ten trillion in a currency of two decimals."""

_NO_CONTROL = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_ONE_LINE)]
"""One line of text, 1 to 200 characters, without control characters."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=_NO_CONTROL)]
"""Free text, 1 to 4000 characters; line breaks and tabs are the only control characters."""

Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]*$")]
"""A business key: product code, price book name, purchase order number, legal entity."""

UserId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9.@:_-]*$")]
"""Who acts: the ``sub`` of a token, or ``service:<name>`` for a reaction."""

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 code."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest in lower-case hexadecimal."""

Quantity = Annotated[Decimal, Field(gt=0, max_digits=15, decimal_places=6)]
"""How many of a unit, more than nothing."""

Unit = Annotated[str, StringConstraints(min_length=1, max_length=16, pattern=r"^[A-Za-z0-9]+$")]
"""A unit of measure (UN/ECE Recommendation 20 codes such as ``C62``, or a trade word such as ``piece``)."""

Rate = Annotated[Decimal, Field(ge=0, le=1, max_digits=7, decimal_places=6)]
"""A share from 0 to 1: a tax rate of 13 % is ``0.13``."""


class Value(BaseModel):
    """Something known by what it says, not by an id."""

    model_config = ConfigDict(frozen=True, extra="ignore")


V = TypeVar("V", bound=Value)
_put = object.__setattr__


def of_checked(kind: type[V], **parts: Any) -> V:
    """A value of parts that are checked already, every field of it named.

    For values by the hundred: to check them again, or to look up in `model_construct` what is left out, takes four times as long.
    """
    value = kind.__new__(kind)
    _put(value, "__dict__", parts)
    _put(value, "__pydantic_fields_set__", set(parts))
    _put(value, "__pydantic_extra__", None)
    _put(value, "__pydantic_private__", None)
    return value


_NO_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def amount_text(minor_units: int, currency: str) -> str:
    """How an amount is put to a reader: ``125000`` in USD is "1,250.00 USD" (decimals as in ISO 4217)."""
    decimals = decimals_of(currency)
    sign, digits = "-" if minor_units < 0 else "", str(abs(minor_units)).rjust(decimals + 1, "0")
    whole, fraction = (digits[:-decimals], "." + digits[-decimals:]) if decimals else (digits, "")
    return f"{sign}{int(whole):,}{fraction} {currency}"


def decimals_of(currency: str) -> int:
    """How many decimals an amount in ``currency`` is written with (ISO 4217)."""
    return 0 if currency in _NO_DECIMALS else 3 if currency in _THREE_DECIMALS else 2


def minor_units(text: str, currency: str) -> int:
    """The amount as a person writes it: "1,250.00" in USD is ``125000``.

    Raises:
        ValueError: it is no number, or finer than the currency's smallest coin.
    """
    plain = text.strip().replace(",", "")
    if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,6})?", plain):
        raise ValueError(f"{text[:40]!r} is not an amount")
    scaled = Decimal(plain).scaleb(decimals_of(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{text[:40]!r} is finer than the smallest coin of {currency}")
    return int(scaled)


class CurrencyMismatch(ValueError):
    """Amounts of two currencies were added, subtracted or compared."""


class AmountTooLarge(Refusal):
    """{what} comes to {amount}, and we deal in no amount beyond {most}: check quantities and prices."""

    status = 422


def must_be_dealt_in(amount: int, currency: str, what: str = "This") -> int:
    """``amount`` in minor units, if it is one that `Money` can be.

    Args:
        what: which amount it is, as the refusal names it: "The total with tax".

    Raises:
        AmountTooLarge: it is beyond `MAX_MINOR_UNITS`, either way.
    """
    if abs(amount) > MAX_MINOR_UNITS:
        raise AmountTooLarge(what=what, amount=amount_text(amount, currency), most=amount_text(MAX_MINOR_UNITS, currency))
    return amount


class Sum(Value):
    """What many amounts of one currency come to, in minor units: together they may be more than any one amount is."""

    amount: int
    currency: Currency


class Money(Value):
    """An amount in minor units (cents, fen; whole yen) of an ISO 4217 currency. Never a float."""

    # What is reckoned from amounts is an amount again, or refused (`AmountTooLarge`): no sum is a failure.
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [{"amount": 125000, "currency": "USD"}]})

    amount: Annotated[int, Field(ge=-MAX_MINOR_UNITS, le=MAX_MINOR_UNITS, strict=True)]
    currency: Currency

    def __str__(self) -> str:
        return amount_text(self.amount, self.currency)

    def __add__(self, other: "Money") -> "Money":
        return reckoned(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return reckoned(self.amount - self._same(other).amount, self.currency)

    def __neg__(self) -> "Money":
        return Money(amount=-self.amount, currency=self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other).amount

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._same(other).amount

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._same(other).amount

    def times(self, factor: Decimal) -> "Money":
        """This amount times ``factor``, rounded half up (away from zero) to the minor unit, as EN 16931 rounds."""
        exact = Decimal(self.amount) * factor
        return reckoned(int(exact.quantize(Decimal(1), ROUND_HALF_UP)), self.currency)

    def allocate(self, weights: Sequence[Decimal]) -> list["Money"]:
        """Split this amount over ``weights`` by largest remainder: the parts sum to the whole, to the last cent.

        A tie goes to the earlier weight.

        Raises:
            ValueError: no weight is above zero, or one is negative.
        """
        return [Money(amount=part, currency=self.currency) for part in largest_remainder(self.amount, weights)]

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return other


def zero(currency: str) -> Money:
    """No money, in ``currency``."""
    return Money(amount=0, currency=currency)


def reckoned(amount: int, currency: str, what: str = "This") -> Money:
    """What was reckoned, as money.

    Raises:
        AmountTooLarge: see `must_be_dealt_in`.
    """
    return Money(amount=must_be_dealt_in(amount, currency, what), currency=currency)


def total(amounts: Sequence[Money], currency: str, what: str = "The sum") -> Money:
    """The sum of ``amounts``, all of ``currency``; of none, zero.

    Raises:
        AmountTooLarge: it is more than one amount can be; ``what`` names it.
    """
    for amount in amounts:
        if amount.currency != currency:
            raise CurrencyMismatch(f"{currency} and {amount.currency}")
    return reckoned(sum(amount.amount for amount in amounts), currency, what)


def largest_remainder(amount: int, weights: Sequence[Decimal]) -> list[int]:
    """Split a whole number over ``weights`` (Hamilton's method): floor of each exact share, then one more to the largest remainders."""
    if any(weight < 0 for weight in weights) or not sum(weights):
        raise ValueError("weights must not be negative, and one must be above zero")
    sign, whole = (1, amount) if amount >= 0 else (-1, -amount)
    # Whole-number weights keep the shares exact: Decimal division would round at 28 digits.
    scale = 10 ** max(0, *(-int(weight.as_tuple().exponent) for weight in weights))
    scaled = [int(weight * scale) for weight in weights]
    shares = [divmod(whole * weight, sum(scaled)) for weight in scaled]
    parts = [floor for floor, _ in shares]
    by_remainder = sorted(range(len(shares)), key=lambda index: -shares[index][1])
    for index in by_remainder[: whole - sum(parts)]:
        parts[index] += 1
    return [sign * part for part in parts]
