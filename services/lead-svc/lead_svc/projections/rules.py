"""Each version of each rule book."""

from ltc_events import change, on, projection, put
from ltc_kit.versioned_document import activation
from sqlalchemy import JSON, Column, DateTime, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..rule_book import rules as rule_book
from ..rule_book.rules import RulesActivated, RulesBackTested, RulesDrafted
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
    Column("horizon_days", Integer),
    Column("bands", JSON),
    Column("activated_by", Text),
    Column("activated_at", DateTime(timezone=True)),
)


NEW_RULES = dict.fromkeys(rule_books.columns.keys())

rule_book_list = projection(
    "rule_book_list",
    on(
        RulesDrafted,
        put(
            rule_books,
            lambda rules, fact: {
                **NEW_RULES,
                "book_id": rules.book_id,
                "version": rules.version,
                "book": rules.book,
                "status": "draft",
                "rules": rule_book.content(rules).model_dump(mode="json"),
                "drafted_by": rules.drafted_by,
                "drafted_at": fact.occurred_at,
            },
        ),
    ),
    on(
        RulesBackTested,
        change(
            rule_books,
            lambda rules: {
                "book_id": rules.book_id,
                "version": rules.version,
                "horizon_days": rules.horizon_days,
                "bands": [band.model_dump(mode="json") for band in rules.bands],
            },
        ),
    ),
    on(RulesActivated, change(rule_books, activation("book_id"))),
)
