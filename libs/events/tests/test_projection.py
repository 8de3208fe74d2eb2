"""How facts change rows."""

from datetime import UTC, datetime
from uuid import UUID

from ltc_events import Event, Fact, change, on, projection, put, remove
from sqlalchemy import Column, Integer, MetaData, Table


class CupFilled(Event, type="ltc.kitchen.cup-filled.v1"):
    cup: int


class CupsWashed(Event, type="ltc.kitchen.cups-washed.v1"):
    cups: tuple[int, ...]


cups = Table("cups", MetaData(), Column("cup", Integer, primary_key=True), Column("filled_at", Integer))
plates = Table("plates", MetaData(), Column("plate", Integer, primary_key=True))
NOW = datetime(2026, 11, 24, tzinfo=UTC)
FACT = Fact(7, "cup", UUID(int=1), 1, NOW, NOW, "ann", UUID(int=2))

shown = projection(
    "kitchen",
    on(
        CupFilled, put(cups, lambda event, fact: {"cup": event.cup, "filled_at": fact.position}), remove(plates, lambda event: {"plate": 1})
    ),
    on(CupsWashed, change(cups, lambda event: [{"cup": cup, "filled_at": None} for cup in event.cups])),
)


def test_a_verb_gives_one_row_or_several_with_or_without_the_fact() -> None:
    filled, washed = shown.ons
    put_cup, remove_plate = filled.verbs
    assert put_cup.rows(CupFilled(cup=3), FACT) == [{"cup": 3, "filled_at": 7}]
    assert remove_plate.rows(CupFilled(cup=3), FACT) == [{"plate": 1}]
    assert washed.verbs[0].rows(CupsWashed(cups=(1, 2)), FACT) == [{"cup": 1, "filled_at": None}, {"cup": 2, "filled_at": None}]
    assert washed.verbs[0].rows(CupsWashed(cups=()), FACT) == []


def test_a_projection_knows_its_tables_and_its_version() -> None:
    assert (shown.tables, shown.version) == ([cups, plates], 1)
