"""A quote of 500 lines: drafted and submitted over the API, against a route that validates the same lines and stores them."""

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
from fastapi import FastAPI
from ltc_events import Money, Stream
from ltc_events.opportunity import lines_hash
from ltc_kit.difference import difference
from ltc_runtime.http.app import create_app
from ltc_runtime.http.issuer import Issuer
from ltc_runtime.log import Log, Meta, Plan, migrate, open_log
from ltc_runtime.settings import Settings
from opportunity_svc.catalogue.rules import CATALOGUE_ID, Product, SetCatalogue
from opportunity_svc.deal.rules.opened import OpenOpportunity
from opportunity_svc.price_book.rules import Book, PriceItem, SetPriceBook
from opportunity_svc.quote.rules.price import AskedLine, AskedLines, priced
from opportunity_svc.rule_book.rules import ActivateRules, DraftRules
from opportunity_svc.rule_book.rules.configuration import Amount, AnyRule, ConfigurationRules, Excludes, Requires, check
from opportunity_svc.service import service
from pydantic import BaseModel

from .place import LOGIN, database, server

LINES, TIMES = 500, 60
BEGIN = date(2020, 1, 1)


@dataclass(frozen=True)
class QuoteTimes:
    """Medians in milliseconds."""

    name: str
    pure: float
    draft: float
    submit: float
    neighbour: float

    def line(self) -> str:
        """As `make bench` prints it."""
        return (
            f"bench {self.name} pure={self.pure:.1f} draft={self.draft:.1f} submit={self.submit:.1f} neighbour={self.neighbour:.1f}"
            f" unit=ms,p50 n={TIMES} lines={LINES} aim=draft<=20"
        )


@dataclass(frozen=True)
class Given:
    """A command that comes from no request."""

    command: Any
    fresh: tuple[Stream, ...] = ()
    tails: tuple[Any, ...] = ()

    @property
    def streams(self) -> Sequence[Stream]:
        """Those it names."""
        return service.decider_of[type(self.command)].streams(self.command)

    def plan(self, plan: Plan) -> None:
        """Decide it."""
        plan.decide(self.command, Meta(uuid4(), "mia", ("sales_manager",)))


PRODUCTS = [f"P-{number}" for number in range(LINES)]
ITEMS = tuple(
    PriceItem(product=code, description="A part", unit="piece", list_price=Money(amount=10_000, currency="USD"), tax_rate=Decimal("0.13"))
    for code in PRODUCTS
)
ROWS = tuple(
    Product(product=code, name="A part", unit="piece", cost=Money(amount=6_000, currency="USD"), valid_from=BEGIN) for code in PRODUCTS
)


def rule(number: int) -> AnyRule:
    code = PRODUCTS[number]
    match number % 3:
        case 0:
            return Requires(name=f"rule {number}", kind="requires", product=code, any_of=(PRODUCTS[number - 1],))
        case 1:
            return Amount(name=f"rule {number}", kind="quantity", product=code, multiple_of=Decimal(1))
        case _:
            return Excludes(name=f"rule {number}", kind="excludes", product=code, none_of=("NONE",))


RULES = ConfigurationRules(rules=tuple(rule(number) for number in range(LINES)))
ASKED = [{"product": code, "quantity": "3", "discount": "0"} for code in PRODUCTS]


async def prepared(log: Log, deal: UUID) -> None:
    """A deal, prices and costs of 500 products, and as many rules."""
    rows = {row.key: row for row in ROWS}
    for command in (
        OpenOpportunity(
            opportunity_id=deal, lead_id=uuid4(), party_id=uuid4(), company="Acme", need="Parts", value=Money(amount=1, currency="USD"),
            account_manager="ann", solution_manager="sam", fulfilment_manager="fay", expected_close=date(2030, 1, 1),
        ),
        SetPriceBook(code="list", currency="USD", items=ITEMS, valid_from=BEGIN, set_by="mia"),
        SetCatalogue(catalogue_id=CATALOGUE_ID, products=ROWS, difference_hash=difference({}, rows).hash, set_by="mia"),
        DraftRules(book="configuration", configuration=RULES, drafted_by="mia"),
        ActivateRules(book="configuration", version=1, activated_by="max"),
    ):  # fmt: skip
        await log.submit(Given(command))


class Bare(BaseModel):
    """The same body as ours."""

    price_book: str
    lines: AskedLines


def neighbour(pool: asyncpg.Pool) -> FastAPI:
    """Validates and stores, and prices nothing."""
    app = FastAPI(telemetry={"operation_spans": False})

    @app.post("/quotes", status_code=201)
    async def store(body: Bare) -> dict[str, UUID]:
        quote_id = uuid4()
        await pool.execute("INSERT INTO bare VALUES ($1, $2)", quote_id, body.model_dump_json())
        return {"quote_id": quote_id}

    return app


async def median(once: Callable[[], Awaitable[float]]) -> float:
    """One after the other, after a few to warm up."""
    for _ in range(5):
        await once()
    gc.collect()
    return statistics.median([await once() for _ in range(TIMES)])


async def timed(client: httpx.AsyncClient, path: str, body: Any = None) -> tuple[float, httpx.Response]:
    began = time.perf_counter()
    answer = await client.post(path, json=body)
    took = (time.perf_counter() - began) * 1000
    answer.raise_for_status()
    return took, answer


def pure() -> float:
    """Priced, hashed and checked, without I/O."""
    book = Book("list", 1, "USD", {item.product: item for item in ITEMS}, BEGIN, None)
    asked = tuple(AskedLine(product=code, quantity=Decimal(3), discount=Decimal(0)) for code in PRODUCTS)
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        lines = priced(book, asked)
        lines_hash(lines)
        assert not check(RULES, ((line.line, line.product, line.quantity) for line in lines))
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


async def quote() -> QuoteTimes:
    """Ours and the neighbour in this process, without a network in between, on the same server."""
    async with AsyncExitStack() as stack:
        postgres = await stack.enter_async_context(server())
        owner, login = await database(postgres)
        await migrate(owner, service, login=LOGIN)
        log = await open_log(login, service)
        stack.push_async_callback(log.stop)
        pool = await stack.enter_async_context(asyncpg.create_pool(postgres.url, min_size=1, max_size=2))
        await pool.execute("CREATE TABLE bare (quote_id uuid PRIMARY KEY, body json NOT NULL)")
        issuer = Issuer(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ltc-bench-"))))
        app: Any = create_app(service, log, Settings(jwks=str(issuer.jwks)))
        headers = {"authorization": f"Bearer {issuer.token('ann', ('sales',))}"}
        ours = await stack.enter_async_context(client(app, headers))
        theirs = await stack.enter_async_context(client(neighbour(pool), {}))
        deal, body = uuid4(), {"price_book": "list", "lines": ASKED}
        await prepared(log, deal)
        drafts: list[str] = []

        async def draft() -> float:
            took, answer = await timed(ours, f"/opportunities/{deal}/quotes", body)
            drafts.append(answer.json()["quote_id"])
            return took

        async def submit() -> float:
            return (await timed(ours, f"/quotes/{drafts.pop()}/submit"))[0]

        async def bare() -> float:
            return (await timed(theirs, "/quotes", body))[0]

        return QuoteTimes("quote", await asyncio.to_thread(pure), await median(draft), await median(submit), await median(bare))


def client(app: Any, headers: dict[str, str]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bench", headers=headers)
