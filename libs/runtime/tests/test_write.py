"""A batch as one statement: what is the same in all rows is sent once."""

from decimal import Decimal
from typing import Any

from ltc_runtime.log.write import as_sent, verb_sql
from sqlalchemy import JSON, Column, Integer, MetaData, Numeric, Table, Text

parts = Table(
    "part",
    MetaData(),
    Column("machine", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("colour", Text),
    Column("weight", Numeric),
    Column("said", JSON),
)


def sent(name: str, *values: Any) -> list[Any] | None:
    return as_sent(parts, name, [{name: value} for value in values])


def test_what_is_the_same_in_all_rows_is_sent_once_and_what_is_nowhere_is_not_sent() -> None:
    assert sent("colour", "red", "red", "red") == ["red"]
    assert sent("colour", None, None) is None
    assert sent("colour", "red", None, "red") == ["red", None, "red"]
    assert sent("said", {"a": 1}, {"a": 1}) == ['{"a":1}']
    assert sent("said", {"a": 1}, {"a": 1.0}) == ['{"a":1}', '{"a":1.0}']


def test_keys_say_how_many_rows_there_are_so_they_are_sent_whole() -> None:
    assert sent("machine", "m", "m") == ["m", "m"]


def test_equal_decimals_may_be_written_differently_so_they_are_sent_whole() -> None:
    assert str(sent("weight", Decimal("1.0"), Decimal("1.00"))) == "[Decimal('1.0'), Decimal('1.00')]"


def test_the_database_repeats_what_was_sent_once() -> None:
    sql = verb_sql(parts, "put", ("machine", "number", "colour"), 7)
    assert "unnest($7::TEXT[], $8::INTEGER[], spread($9::TEXT[], cardinality($7::TEXT[])))" in sql
