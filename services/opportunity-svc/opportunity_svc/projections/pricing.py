"""The price books."""

from ltc_events import on, projection, put
from sqlalchemy import JSON, Column, Date, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..price_book.rules import PriceBookSet
from .schema import read

price_books = Table(
    "price_book",
    read,
    Column("price_book_id", UUID, primary_key=True),
    Column("code", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("items", JSON, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("set_by", Text, nullable=False),
    Column("set_at", DateTime(timezone=True), nullable=False),
)

price_book = projection(
    "price_book",
    on(
        PriceBookSet,
        put(
            price_books,
            lambda book, fact: {
                **book.model_dump(exclude={"items", "difference_hash"}),
                "items": [item.model_dump(mode="json") for item in book.items],
                "set_at": fact.occurred_at,
            },
        ),
    ),
)
