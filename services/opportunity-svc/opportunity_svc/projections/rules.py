"""Each version of each rule book."""

from ltc_events import Fact, change, on, projection, put
from ltc_events.projection import Row
from ltc_kit.versioned_document import activation
from sqlalchemy import JSON, Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..rule_book import rules as rule_book
from ..rule_book.rules import RulesActivated, RulesDrafted
from .schema import read

rule_books = Table(
    "rule_book",
    read,
    Column("book_id", UUID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("book", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("rules", JSON, nullable=False),
    Column("drafted_by", Text, nullable=False),
    Column("drafted_at", DateTime(timezone=True), nullable=False),
    Column("activated_by", Text),
    Column("activated_at", DateTime(timezone=True)),
)


def drafted(rules: RulesDrafted, fact: Fact) -> Row:
    """A version that says nothing yet."""
    return {
        "book_id": rules.book_id,
        "version": rules.version,
        "book": rules.book,
        "status": "draft",
        "rules": rule_book.content(rules).model_dump(mode="json"),
        "drafted_by": rules.drafted_by,
        "drafted_at": fact.occurred_at,
        "activated_by": None,
        "activated_at": None,
    }


rule_book_list = projection(
    "rule_book_list", on(RulesDrafted, put(rule_books, drafted)), on(RulesActivated, change(rule_books, activation("book_id")))
)
