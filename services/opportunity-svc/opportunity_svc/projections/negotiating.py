"""The rounds of each negotiation, and where nobody moved."""

from ltc_events import change, on, projection, put
from ltc_events.projection import Row
from sqlalchemy import JSON, BigInteger, Column, Date, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from ..negotiation.rules import DeadlockBroken, DeadlockNoted, RoundHeld
from .schema import read

rounds = Table(
    "negotiation_round",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("quote_id", UUID, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("quote_hash", Text, nullable=False),
    Column("net", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("gave", JSON, nullable=False),
    Column("got", JSON, nullable=False),
    Column("note", Text),
    Column("held_on", Date, nullable=False),
    Column("recorded_by", Text, nullable=False),
)
deadlocks = Table(
    "negotiation_deadlock",
    read,
    Column("opportunity_id", UUID, primary_key=True),
    Column("about", Text, nullable=False),
    Column("after_round", Integer, nullable=False),
    Column("alternatives", JSON, nullable=False),
    Column("noted_by", Text, nullable=False),
    Column("noted_on", Date, nullable=False),
    Column("broken_on", Date),
    Column("alternative", Integer),
    Column("how", Text),
)
"""The last one of each deal; those before it are in the log."""


def held(talk: RoundHeld) -> Row:
    """A round."""
    return {
        **talk.model_dump(exclude={"net", "gave", "got"}),
        "net": talk.net.amount,
        "currency": talk.net.currency,
        "gave": [each.model_dump(mode="json") for each in talk.gave],
        "got": [each.model_dump(mode="json") for each in talk.got],
    }


def noted(deadlock: DeadlockNoted) -> Row:
    """Nobody moves."""
    return {
        **deadlock.model_dump(exclude={"alternatives"}),
        "alternatives": [each.model_dump(mode="json") for each in deadlock.alternatives],
        "broken_on": None,
        "alternative": None,
        "how": None,
    }


negotiation = projection(
    "negotiation",
    on(RoundHeld, put(rounds, held)),
    on(DeadlockNoted, put(deadlocks, noted)),
    on(DeadlockBroken, change(deadlocks, lambda deadlock: deadlock.model_dump(exclude={"broken_by"}))),
)
