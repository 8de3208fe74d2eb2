"""What the story leaves: the forecast of the quarter, lists as files, and every fact of its first deal."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from ..cashing import BILLING
from ..story import told
from .office import quarter
from .stage import LEADS, OPPORTUNITIES, Play, Stage
from .telling import Chapter, amount

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTS = ((LEADS, "leads", CSV), (OPPORTUNITIES, "opportunities", XLSX), (OPPORTUNITIES, "quotes", CSV), (BILLING, "invoices", XLSX))
"""Of which service, which list, as what."""


async def quarter_and_files(stage: Stage, plays: Sequence[Play]) -> None:
    """Show the quarter against its target, and keep the lists."""
    star = plays[0]
    said = stage.tale.chapter(f"The quarter {quarter(stage)} against its target")
    await _forecast(stage, said, star)
    for service, name, kind in LISTS:
        content = await stage.look(service, f"/{name}", star.owner, accept=kind)
        stage.tale.keep(f"{name}.{'csv' if kind == CSV else 'xlsx'}", content)


async def facts(stage: Stage, play: Play, said: Chapter) -> None:
    """Keep every fact of a deal, as all logs tell it."""
    story = await told(stage.front, [play.walked])
    steps = story.steps if story else ()
    stage.tale.keep(f"facts-{play.role.key}.csv", _written(steps))
    logs = len({step["service"] for step in steps})
    said.say(f"all that happened to {play.role.company}: {len(steps)} facts in {logs} logs, each with who, when and why")
    stage.tale.counted["facts of the first deal"] = len(steps)


def _written(steps: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    columns = ("occurred_at", "service", "type", "actor", "trace_id", "event_id", "causation_id")
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(steps)
    return text.getvalue().encode("utf-8-sig")


async def _forecast(stage: Stage, said: Chapter, play: Play) -> None:
    shown = await stage.look(OPPORTUNITIES, f"/forecasts/{quarter(stage)}?team=west-projects&as_of={stage.day}", play.boss)
    won = sum(part["amount"] for part in shown["won"] if part["currency"] == play.role.currency)
    parts = [f"{_words(part['category'])} {amount(part['amount'], part['currency'])}" for part in shown["forecast"]]
    target, weighted = (amount(shown[name]["amount"], shown[name]["currency"]) for name in ("target", "weighted"))
    said.say(f"team west-projects: target {target}, won {amount(won, play.role.currency)}, {', '.join(parts)}")
    said.say(f"by its weights {weighted} more may be counted on: {float(shown['coverage']):.0%} of what remains")
    stage.tale.counted["won in the quarter"] += won
    stage.tale.counted["counted on"] += shown["weighted"]["amount"]
    stage.tale.counted["forecast in the quarter"] += sum(part["amount"] for part in shown["forecast"])


def _words(category: str) -> str:
    return category.replace("_", " ")


def rows_of(content: bytes) -> list[dict[str, Any]]:
    """The rows of an exported CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
