"""Before anybody comes: rule books, catalogue, price books, mandates and targets, each by whoever may say it."""

import asyncio
from typing import Any

import orjson

from ..frontline import Person
from ..setup import Books
from .cast import BOARD, EAST, OFFICE, STAR, WEST
from .stage import LEADS, OPPORTUNITIES, Stage
from .telling import Chapter

SINCE = "2020-01-01"
TARGET = 200_000_000
WEIGHTS = {"commit": "0.9", "best_case": "0.5", "pipeline": "0.1"}
ATI_LIMIT, BOSS_LIMIT, BOARD_LIMIT = 150_000_000, 60_000_000, 10**12


async def fits(stage: Stage) -> bool:
    """Whether the story may be told here: rules and catalogue are empty, or those of the story. What others wrote is not touched."""
    rules = orjson.loads((stage.samples / "rules.json").read_bytes())
    paths = [(service, f"/rule-books/{book}?limit=200") for service, books in rules.items() for book in books]
    found = await asyncio.gather(*(stage.look(service, path, OFFICE) for service, path in paths))
    products = (await stage.look(OPPORTUNITIES, "/catalogue?limit=200", OFFICE))["data"]
    drafters = {row["drafted_by"] for book in found for row in book["data"]} | {row["changed_by"] for row in products}
    return drafters <= {OFFICE.subject}


async def set_up(stage: Stage, books: Books) -> None:
    """Say how leads are judged and given, what goes with what, and who may allow what."""
    said = stage.tale.chapter("The rules are data, written by one and activated by another where that is asked for")
    rules = orjson.loads((stage.samples / "rules.json").read_bytes())
    await asyncio.gather(
        _lead_rules(stage, said, rules[LEADS]),
        _deal_rules(stage, said, rules[OPPORTUNITIES]),
        _catalogue(stage, said),
        _prices(stage, books),
        _mandates(stage),
        _target(stage),
    )
    said.lines.sort(key=str)


async def _lead_rules(stage: Stage, said: Chapter, rules: dict[str, Any]) -> None:
    for book, body in rules.items():
        acts, path = stage.acts(f"rules/{book}"), f"/rule-books/{book}"
        await acts.act(LEADS, "draft rules", path, OFFICE, body)
        if book == "scoring":
            bands = (await acts.act(LEADS, "back-test scoring", f"{path}/1/back-test", OFFICE, {"horizon_days": 7})).body["bands"]
            shares = ", ".join(f"{each['leads']} {each['band']}" for each in bands)
            said.say(f"scoring counts only after a test on the {sum(each['leads'] for each in bands)} leads that are over: {shares}")
        await acts.act(LEADS, "activate rules", f"{path}/1/activate", OFFICE)


async def _deal_rules(stage: Stage, said: Chapter, rules: dict[str, Any]) -> None:
    for book, body in rules.items():
        acts, path = stage.acts(f"rules/{book}"), f"/rule-books/{book}"
        await acts.act(OPPORTUNITIES, "draft rules", path, OFFICE, body)
        if book == "discount":
            refused = await acts.tried(OPPORTUNITIES, "activate rules", f"{path}/1/activate", OFFICE)
            stage.tale.refused(said, f"{OFFICE.subject} activates its own discount matrix", refused, "activator-is-drafter")
        await acts.act(OPPORTUNITIES, "activate rules", f"{path}/1/activate", BOARD)


async def _catalogue(stage: Stage, said: Chapter) -> None:
    csv = (stage.samples / "catalogue.csv").read_text(encoding="utf-8")
    acts = stage.acts("catalogue")
    products = (await stage.look(OPPORTUNITIES, "/catalogue?limit=200", OFFICE))["data"]
    if not products:
        read = (await acts.act(OPPORTUNITIES, "compare catalogue", "/catalogue/difference", OFFICE, {"csv": csv})).body
        hashed = {"csv": csv, "difference_hash": read["difference_hash"]}
        await acts.act(OPPORTUNITIES, "apply catalogue", "/catalogue", OFFICE, hashed)
        products = (await stage.look(OPPORTUNITIES, "/catalogue?limit=200", OFFICE))["data"]
    said.say(f"catalogue: {len(products)} products by the difference that was read, named in English and Chinese")


async def _prices(stage: Stage, books: Books) -> None:
    for currency, body in books.bodies.items():
        code = books.code(currency)
        await stage.acts(f"book/{code}").act(OPPORTUNITIES, "set price book", f"/price-books/{code}", OFFICE, body)


async def _mandates(stage: Stage) -> None:
    managers = [Person(team.manager, ("sales_manager",)) for team in (WEST, EAST)]
    for boss, currency in zip(managers, ("USD", "CNY"), strict=True):
        factor = 1 if currency == "USD" else 1000  # the board leaves the east all of it
        await _mandate(stage, boss.subject, currency, ["ATI"], ATI_LIMIT * factor, BOARD)
        await _mandate(stage, boss.subject, currency, ["ATB", "ATC"], BOSS_LIMIT * factor, BOARD)
    await _mandate(stage, BOARD.subject, STAR.currency, ["ATI", "ATB", "ATC"], BOARD_LIMIT, managers[0])


async def _mandate(stage: Stage, user: str, currency: str, gates: list[str], most: int, by: Person) -> None:
    body = {"gates": gates, "max_amount": {"amount": most, "currency": currency}, "valid_from": SINCE}
    await stage.acts(f"mandate/{user}/{currency}/{gates[0]}").act(OPPORTUNITIES, "grant mandate", f"/mandates/{user}", by, body)


async def _target(stage: Stage) -> None:
    acts, team = stage.acts("team/west-projects"), "/teams/west-projects"
    members = {"lead": WEST.manager, "members": [WEST.manager, WEST.owner, "jon.rask"]}
    await acts.act(OPPORTUNITIES, "set team", team, BOARD, members)
    body = {"period": quarter(stage), "amount": {"amount": TARGET, "currency": "USD"}, "weights": WEIGHTS}
    await acts.act(OPPORTUNITIES, "set target", f"{team}/target", BOARD, body)


def quarter(stage: Stage) -> str:
    """The quarter the story plays in."""
    return f"{stage.day.year}-Q{(stage.day.month + 2) // 3}"
