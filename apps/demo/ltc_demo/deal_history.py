"""The history of one deal across the five services, from their logs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .client import SERVICES, ApiClient, Person
from .outcome import DealOutcome

_ANALYST = Person("analyst.desk", ("analyst",))


@dataclass(frozen=True)
class DealHistory:
    """Everything that happened to one deal, oldest first; each event once, from the service that decided it."""

    outcome: DealOutcome
    steps: Sequence[dict[str, Any]]


async def history_of(front: ApiClient, outcomes: Sequence[DealOutcome]) -> DealHistory | None:
    """The history of the deal with the most events."""
    deal = max((each for each in outcomes if not each.failure), key=_eventful, default=None)
    if deal is None:
        return None
    (lead,) = await _own(front, "lead-svc", deal.lead_id, 1)
    # The deal is one id all its facts share; a receipt has its own, for it may pay for several deals.
    asked = [(service, id) for service in SERVICES for id in (lead["correlation_id"], *(deal.receipts if service == "billing-svc" else ()))]
    answers = await asyncio.gather(*(_own(front, service, id) for service, id in asked))
    by_id = {step["event_id"]: step for answer in answers for step in answer}
    return DealHistory(deal, sorted(by_id.values(), key=lambda step: (step["recorded_at"], step["service"], step["position"])))


async def _own(front: ApiClient, service: str, id: str, most: int | None = None) -> list[dict[str, Any]]:
    story = (await front.get(service, "trace", f"/trace/{id}", _ANALYST)).body
    return [{**step, "service": service} for step in story["steps"] if step["origin"] is None][:most]


def _eventful(outcome: DealOutcome) -> tuple[int, int, int]:
    deal = outcome.deal
    far = ("lead", "open", "lost", "won").index(deal.stage)
    discounted = sum(item.net < item.list * 9 // 10 for item in deal.items)
    return far, min(1, discounted) + deal.deliveries + len(set(outcome.receipts)) + bool(deal.advance), len(deal.items)
