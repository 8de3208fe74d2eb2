"""The fields of a form: what each takes, and in which one spelling it is kept."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias, cast

from ltc_events import Code, Currency, Money, Name, Text, Value
from ltc_events.opportunity_forms import FieldKey
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

EXACT = ConfigDict(frozen=True, extra="forbid")
LARGEST = 10**15
"""Of whole numbers, so that a spreadsheet or a browser does not change their last digits."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")

Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST, strict=True)]
Number = Annotated[Decimal, Field(max_digits=18, decimal_places=6)]


class Label(Value):
    """What something is called, for everybody who works with it."""

    model_config = EXACT
    en: Name
    zh: Name


class Choice(Value):
    """One of what may be chosen."""

    model_config = EXACT
    code: Code
    label: Label


class AnyField(Value):
    """What all fields have."""

    model_config = EXACT
    key: FieldKey
    label: Label
    hint: Text | None = None
    """What to write, and what not."""
    required: bool = False


class TextField(AnyField):
    """One line."""

    type: Literal["text"]
    min_length: int = Field(1, ge=1, le=200)
    max_length: int = Field(200, ge=1, le=200)

    @property
    def takes(self) -> Any:
        """The type of its values."""
        return Annotated[Name, StringConstraints(min_length=self.min_length, max_length=self.max_length)]


class LongTextField(AnyField):
    """Several lines."""

    type: Literal["long_text"]
    min_length: int = Field(1, ge=1, le=4000)
    max_length: int = Field(4000, ge=1, le=4000)

    @property
    def takes(self) -> Any:
        """The type of its values."""
        return Annotated[Text, StringConstraints(min_length=self.min_length, max_length=self.max_length)]


class IntegerField(AnyField):
    """A whole number."""

    type: Literal["integer"]
    min: Whole = -LARGEST
    max: Whole = LARGEST

    @property
    def takes(self) -> Any:
        """The type of its values."""
        return Annotated[int, Field(ge=self.min, le=self.max, strict=True)]


class DecimalField(AnyField):
    """A number with places behind the point; written as text, so that none is lost on the way."""

    type: Literal["decimal"]
    min: Number | None = None
    max: Number | None = None
    places: int = Field(2, ge=0, le=6)

    @property
    def takes(self) -> Any:
        """The type of its values."""
        return Annotated[Decimal, BeforeValidator(exact), Field(ge=self.min, le=self.max, decimal_places=self.places)]


class MoneyField(AnyField):
    """An amount of money."""

    type: Literal["money"]
    currency: Currency | None = None
    """The only one it takes; any, if none is said."""
    min: Whole = -LARGEST
    """In minor units, of whichever currency."""
    max: Whole = LARGEST

    @property
    def takes(self) -> Any:
        """The type of its values."""
        return Annotated[Money, AfterValidator(self.within)]

    def within(self, money: Money) -> Money:
        """The money, if it is of the currency and between the limits."""
        if self.currency not in (None, money.currency):
            raise PydanticCustomError("other_currency", "Input should be in {currency}", {"currency": self.currency})
        if not self.min <= money.amount <= self.max:
            limits = {"min": self.min, "max": self.max}
            raise PydanticCustomError("amount_out_of_bounds", "The amount should be between {min} and {max} minor units", limits)
        return money


class DateField(AnyField):
    """A day."""

    type: Literal["date"]
    min: date | None = None
    max: date | None = None

    @property
    def takes(self) -> Any:
        """The type of its values."""
        return Annotated[date, BeforeValidator(day), Field(ge=self.min, le=self.max)]


class BooleanField(AnyField):
    """Yes or no."""

    type: Literal["boolean"]

    @property
    def takes(self) -> Any:
        """The type of its values."""
        return Annotated[bool, Field(strict=True)]


class Choosing(AnyField):
    """What fields with choices have."""

    choices: Annotated[tuple[Choice, ...], Field(min_length=1, max_length=100)]

    @property
    def codes(self) -> tuple[str, ...]:
        """What may be chosen."""
        return tuple(choice.code for choice in self.choices)

    @model_validator(mode="after")
    def _each_once(self) -> "Choosing":
        if len(set(self.codes)) < len(self.codes):
            raise ValueError("each choice needs a code of its own")
        return self


class ChoiceField(Choosing):
    """One of several."""

    type: Literal["choice"]

    @property
    def takes(self) -> Any:
        """The type of its values."""
        return one_of(self.codes)


class ChoicesField(Choosing):
    """Some of several; kept in the order of the form."""

    type: Literal["choices"]
    min_chosen: int = Field(1, ge=1, le=100)
    max_chosen: int = Field(100, ge=1, le=100)

    @property
    def takes(self) -> Any:
        """The type of its values."""
        chosen: Any = tuple.__class_getitem__((one_of(self.codes), ...))
        return Annotated[chosen, AfterValidator(self.in_order)]

    def in_order(self, chosen: tuple[str, ...]) -> tuple[str, ...]:
        """Each once and as many as asked for, in the order of the form."""
        if len(set(chosen)) < len(chosen):
            raise PydanticCustomError("chosen_twice", "Each is chosen once")
        if not self.min_chosen <= len(chosen) <= self.max_chosen:
            limits = {"min": self.min_chosen, "max": min(self.max_chosen, len(self.choices))}
            raise PydanticCustomError("wrong_number_chosen", "Choose {min} to {max}", limits)
        return tuple(code for code in self.codes if code in chosen)


Fields: TypeAlias = (
    TextField | LongTextField | IntegerField | DecimalField | MoneyField | DateField | BooleanField | ChoiceField | ChoicesField
)  # fmt: skip


def with_room(field: Fields) -> Fields:
    """The field, if anything at all fits between its limits."""
    pairs = (("min", "max"), ("min_length", "max_length"), ("min_chosen", "max_chosen"))
    for low, high in pairs:
        least, most = getattr(field, low, None), getattr(field, high, None)
        if least is not None and most is not None and least > most:
            raise ValueError(f"{low} is above {high}")
    if isinstance(field, ChoicesField) and field.min_chosen > len(field.choices):
        raise ValueError("min_chosen is more than there are choices")
    return field


FormField = Annotated[Fields, Field(discriminator="type"), AfterValidator(with_room)]


def one_of(codes: tuple[str, ...]) -> Any:
    """The type of just these."""
    return cast(Any, Literal)[codes]


def exact(said: Any) -> Any:
    """A number as somebody wrote it, digit by digit."""
    if isinstance(said, float):
        raise PydanticCustomError("decimal_as_number", 'Write it as text, such as "12.50": a JSON number may lose digits')
    if isinstance(said, bool) or not isinstance(said, int | str) or not _NUMBER.fullmatch(str(said)):
        raise PydanticCustomError("decimal_parsing", 'Input should be a number, written as "12.50"')
    return Decimal(said) + 0  # no minus before nothing


def day(said: Any) -> Any:
    """A day as calendars write it."""
    if not isinstance(said, str) or not _DAY.fullmatch(said):
        raise PydanticCustomError("date_parsing", "Input should be a day, written as 2026-12-24")
    return said
