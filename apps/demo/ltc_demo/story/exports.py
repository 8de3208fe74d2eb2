"""The story's exports: the forecast of the quarter, lists as files, and every event of its first deal."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from ..billing import BILLING
from ..deal_history import history_of
from .context import LEADS, OPPORTUNITIES, DealRun, StoryContext
from .record import Chapter, amount
from .rules import quarter

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTS = ((LEADS, "leads", CSV), (OPPORTUNITIES, "opportunities", XLSX), (OPPORTUNITIES, "quotes", CSV), (BILLING, "invoices", XLSX))
"""Of which service, which list, as what."""


async def quarter_and_files(context: StoryContext, runs: Sequence[DealRun]) -> None:
    """Show the quarter against its target, and keep the lists."""
    star = runs[0]
    chapter = context.story.chapter(f"The quarter {quarter(context)} against its target")
    await _forecast(context, chapter, star)
    for service, name, kind in LISTS:
        content = await context.get(service, f"/{name}", star.owner, accept=kind)
        context.story.add_file(f"{name}.{'csv' if kind == CSV else 'xlsx'}", content)


async def facts(context: StoryContext, run: DealRun, chapter: Chapter) -> None:
    """Write every event of a deal, from all logs."""
    story = await history_of(context.front, [run.outcome])
    steps = story.steps if story else ()
    context.story.add_file(f"facts-{run.plan.key}.csv", _written(steps))
    logs = len({step["service"] for step in steps})
    chapter.say(f"every event of {run.plan.company}: {len(steps)} events in {logs} logs, each with actor, time and cause")
    context.story.counted["facts of the first deal"] = len(steps)


def _written(steps: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    columns = ("occurred_at", "service", "type", "actor", "trace_id", "event_id", "causation_id")
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(steps)
    return text.getvalue().encode("utf-8-sig")


async def _forecast(context: StoryContext, chapter: Chapter, run: DealRun) -> None:
    shown = await context.get(OPPORTUNITIES, f"/forecasts/{quarter(context)}?team=west-projects&as_of={context.day}", run.manager)
    won = sum(part["amount"] for part in shown["won"] if part["currency"] == run.plan.currency)
    parts = [f"{_words(part['category'])} {amount(part['amount'], part['currency'])}" for part in shown["forecast"]]
    target, weighted = (amount(shown[name]["amount"], shown[name]["currency"]) for name in ("target", "weighted"))
    chapter.say(f"team west-projects: target {target}, won {amount(won, run.plan.currency)}, {', '.join(parts)}")
    chapter.say(f"weighted forecast: {weighted}, {float(shown['coverage']):.0%} of the remaining target")
    context.story.counted["won in the quarter"] += won
    context.story.counted["counted on"] += shown["weighted"]["amount"]
    context.story.counted["forecast in the quarter"] += sum(part["amount"] for part in shown["forecast"])


def _words(category: str) -> str:
    return category.replace("_", " ")


def rows_of(content: bytes) -> list[dict[str, Any]]:
    """The rows of an exported CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
