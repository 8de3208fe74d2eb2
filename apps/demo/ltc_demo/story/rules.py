"""The story's master data: rule books, catalogue, price books, mandates and targets, each by an authorised user."""

import asyncio
from typing import Any

import orjson

from ..client import Person
from ..master_data import Books
from .context import LEADS, OPPORTUNITIES, StoryContext
from .plans import BOARD, EAST, MAIN_DEAL, OFFICE, WEST
from .record import Chapter

SINCE = "2020-01-01"
TARGET = 200_000_000
WEIGHTS = {"commit": "0.9", "best_case": "0.5", "pipeline": "0.1"}
ATI_LIMIT, MANAGER_LIMIT, BOARD_LIMIT = 150_000_000, 60_000_000, 10**12


async def is_possible(context: StoryContext) -> bool:
    """Whether the story can run here: rules and catalogue are empty, or the story's. Others' rules are not touched."""
    rules = orjson.loads((context.samples / "rules.json").read_bytes())
    paths = [(service, f"/rule-books/{book}?limit=200") for service, books in rules.items() for book in books]
    found = await asyncio.gather(*(context.get(service, path, OFFICE) for service, path in paths))
    products = (await context.get(OPPORTUNITIES, "/catalogue?limit=200", OFFICE))["data"]
    drafters = {row["drafted_by"] for book in found for row in book["data"]} | {row["changed_by"] for row in products}
    return drafters <= {OFFICE.subject}


async def set_up(context: StoryContext, books: Books) -> None:
    """Set up scoring, assignment, configuration, prices and mandates."""
    chapter = context.story.chapter("Rules are data: one person drafts them, another activates them where two are required")
    rules = orjson.loads((context.samples / "rules.json").read_bytes())
    await asyncio.gather(
        _lead_rules(context, chapter, rules[LEADS]),
        _deal_rules(context, chapter, rules[OPPORTUNITIES]),
        _catalogue(context, chapter),
        _prices(context, books),
        _mandates(context),
        _target(context),
    )
    chapter.lines.sort(key=str)


async def _lead_rules(context: StoryContext, chapter: Chapter, rules: dict[str, Any]) -> None:
    for book, body in rules.items():
        actions, path = context.actions(f"rules/{book}"), f"/rule-books/{book}"
        await actions.post(LEADS, "draft rules", path, OFFICE, body)
        if book == "scoring":
            bands = (await actions.post(LEADS, "back-test scoring", f"{path}/1/back-test", OFFICE, {"horizon_days": 7})).body["bands"]
            shares = ", ".join(f"{each['leads']} {each['band']}" for each in bands)
            chapter.say(f"scoring is active only after a back-test on the {sum(each['leads'] for each in bands)} closed leads: {shares}")
        await actions.post(LEADS, "activate rules", f"{path}/1/activate", OFFICE)


async def _deal_rules(context: StoryContext, chapter: Chapter, rules: dict[str, Any]) -> None:
    for book, body in rules.items():
        actions, path = context.actions(f"rules/{book}"), f"/rule-books/{book}"
        await actions.post(OPPORTUNITIES, "draft rules", path, OFFICE, body)
        if book == "discount":
            refused = await actions.try_post(OPPORTUNITIES, "activate rules", f"{path}/1/activate", OFFICE)
            context.story.refused(chapter, f"{OFFICE.subject} activates its own discount matrix", refused, "activator-is-drafter")
        await actions.post(OPPORTUNITIES, "activate rules", f"{path}/1/activate", BOARD)


async def _catalogue(context: StoryContext, chapter: Chapter) -> None:
    csv = (context.samples / "catalogue.csv").read_text(encoding="utf-8")
    actions = context.actions("catalogue")
    products = (await context.get(OPPORTUNITIES, "/catalogue?limit=200", OFFICE))["data"]
    if not products:
        read = (await actions.post(OPPORTUNITIES, "compare catalogue", "/catalogue/difference", OFFICE, {"csv": csv})).body
        hashed = {"csv": csv, "difference_hash": read["difference_hash"]}
        await actions.post(OPPORTUNITIES, "apply catalogue", "/catalogue", OFFICE, hashed)
        products = (await context.get(OPPORTUNITIES, "/catalogue?limit=200", OFFICE))["data"]
    chapter.say(f"catalogue: {len(products)} products by the difference that was read, named in English and Chinese")


async def _prices(context: StoryContext, books: Books) -> None:
    for currency, body in books.bodies.items():
        code = books.code(currency)
        await context.actions(f"book/{code}").post(OPPORTUNITIES, "set price book", f"/price-books/{code}", OFFICE, body)


async def _mandates(context: StoryContext) -> None:
    managers = [Person(team.manager, ("sales_manager",)) for team in (WEST, EAST)]
    for manager, currency in zip(managers, ("USD", "CNY"), strict=True):
        factor = 1 if currency == "USD" else 1000  # the board leaves the east all of it
        await _mandate(context, manager.subject, currency, ["ATI"], ATI_LIMIT * factor, BOARD)
        await _mandate(context, manager.subject, currency, ["ATB", "ATC"], MANAGER_LIMIT * factor, BOARD)
    await _mandate(context, BOARD.subject, MAIN_DEAL.currency, ["ATI", "ATB", "ATC"], BOARD_LIMIT, managers[0])


async def _mandate(context: StoryContext, user: str, currency: str, gates: list[str], most: int, by: Person) -> None:
    body = {"gates": gates, "max_amount": {"amount": most, "currency": currency}, "valid_from": SINCE}
    await context.actions(f"mandate/{user}/{currency}/{gates[0]}").post(OPPORTUNITIES, "grant mandate", f"/mandates/{user}", by, body)


async def _target(context: StoryContext) -> None:
    actions, team = context.actions("team/west-projects"), "/teams/west-projects"
    members = {"lead": WEST.manager, "members": [WEST.manager, WEST.owner, "jon.rask"]}
    await actions.post(OPPORTUNITIES, "set team", team, BOARD, members)
    body = {"period": quarter(context), "amount": {"amount": TARGET, "currency": "USD"}, "weights": WEIGHTS}
    await actions.post(OPPORTUNITIES, "set target", f"{team}/target", BOARD, body)


def quarter(context: StoryContext) -> str:
    """The quarter the story plays in."""
    return f"{context.day.year}-Q{(context.day.month + 2) // 3}"
