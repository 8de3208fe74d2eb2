"""Imports deals of a file as history: they count in figures, and no policy reacts to them."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any
from urllib.parse import quote

from .client import ApiClient, LogPosition, Person, Rejected
from .deal import Deal, DealFile, UnreadRow
from .master_data import OPPORTUNITIES

AT_ONCE = 16
IMPORTER = Person("history.import", ("sales_manager",))

_STATUS = {"lead": "open", "open": "open", "lost": "lost", "won": "won"}


@dataclass
class ImportResult:
    """What became of the rows."""

    new: int = 0
    unchanged: int = 0
    refused: list[UnreadRow] = field(default_factory=list)
    spellings: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often a product was written so: (in the catalogue, in the file)."""
    published: LogPosition | None = None


async def import_history(deal_file: DealFile, source: str, front: ApiClient) -> ImportResult:
    """Import every deal of ``deal_file``; a deal imported before stays as it is.

    Args:
        source: what the system it comes from is called: the same deal of the same system is imported once.

    Raises:
        TimedOut: the service could not be reached for the maximum wait.
    """
    done = ImportResult(refused=list(deal_file.unread))
    deals = iter(deal_file.deals)
    run = token_hex(8)  # each run asks anew: what is known is for the service to say, not for the answer it gave the last time

    async def work(deals: Iterable[Deal]) -> None:
        for deal in deals:
            await _import(deal, source, run, front, done)

    async with asyncio.TaskGroup() as workers:
        for _ in range(AT_ONCE):
            workers.create_task(work(deals))
    done.refused.sort(key=lambda row: row.line)
    return done


async def _import(deal: Deal, source: str, run: str, front: ApiClient, done: ImportResult) -> None:
    product = deal.items[0].price.product
    if deal.spelled and deal.spelled != product:
        done.spellings[product, deal.spelled] += 1
    try:
        path, key = f"/past-opportunities/{quote(f'{source}:{deal.key}')}", f"history:{run}:{source}:{deal.key}"
        answer = await front.post(OPPORTUNITIES, "import", path, IMPORTER, _body(deal, product), key=key)
    except Rejected as refused:
        done.refused.append(UnreadRow(deal.line, str(refused)))
        return
    if answer.published is None:
        done.unchanged += 1
        return
    done.new += 1
    if done.published is None or answer.published.position > done.published.position:
        done.published = answer.published


def _body(deal: Deal, product: str) -> dict[str, Any]:
    return {
        "company": deal.company,
        "product": product,
        "spelled": deal.spelled or product,
        "owner": deal.team.owner,
        "status": _STATUS[deal.stage],
        "value": {"amount": deal.net, "currency": deal.currency},
        "engaged_on": deal.days.engaged and deal.days.engaged.isoformat(),
        "closed_on": deal.days.closed and deal.days.closed.isoformat(),
    }
