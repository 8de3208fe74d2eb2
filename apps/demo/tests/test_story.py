"""The story of the large deals: what it prints of a refusal, what it counts again, when it is left out."""

import csv
import io
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from ltc_demo.actions import Actions
from ltc_demo.client import Answer, Rejected
from ltc_demo.demo import sample
from ltc_demo.own_format import prices_of
from ltc_demo.story import plans, rules
from ltc_demo.story.checks import Evidence, counted_again
from ltc_demo.story.context import StoryContext
from ltc_demo.story.printer import print_story
from ltc_demo.story.record import Story, as_read
from rich.console import Console

STORY = sample().parent / "story"
MISSING = {
    "needs": "an estimate frozen by a sales manager or finance",
    "who": "fulfilment_manager",
    "user": "piet",
    "operation": "draft_estimate",
}
NOT_READY = Rejected(
    "request", 409, "gate-not-ready", "…", {"detail": "Nobody can decide about ATI yet. Missing: an estimate.", "unmet": [MISSING]}
)


def event(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": f"ltc.opportunity.{kind}.v1", "data": data}


def evidence(**found: list[dict[str, Any]]) -> Evidence:
    parts: dict[str, Any] = {"leads": [], "parties": [], "deals": [], "quotes": [], "money": [], **found}
    return Evidence(**parts, kinds=Counter())


def test_a_refusal_is_read_with_what_is_missing_and_whose_it_is() -> None:
    assert as_read("ann asks for ATI", NOT_READY) == [
        "✗ ann asks for ATI: Nobody can decide about ATI yet.",
        "    – an estimate frozen by a sales manager or finance: piet sees to it (draft_estimate)",
    ]


def test_a_refusal_is_read_with_what_would_mend_it() -> None:
    broken = {"why": "SKID needs PLC", "remedy": "add PLC"}
    problem = {"detail": "These lines cannot be delivered together: ['SKID needs PLC'].", "violations": [broken]}
    refusal = Rejected("submit", 409, "configuration-invalid", "…", problem)
    assert as_read("ann submits", refusal) == [
        "✗ ann submits: These lines cannot be delivered together:",
        "    – SKID needs PLC: add PLC",
    ]


@pytest.mark.parametrize("refusal", [None, Rejected("request", 409, "opportunity-closed", "It is over.")])
def test_what_had_to_be_refused_and_was_not_or_otherwise_does_not_add_up(tmp_path: Path, refusal: Rejected | None) -> None:
    story = Story(tmp_path)
    story.refused(story.chapter("Gates"), "ann asks for ATI", refusal, "gate-not-ready")
    assert (story.counted["tried what must be refused"], story.counted["refused as it must be"]) == (1, 0)


def test_told_again_a_refusal_reads_as_it_did(tmp_path: Path) -> None:
    first = Story(tmp_path)
    first.refused(first.chapter("Gates"), "ann asks for ATI", NOT_READY, "gate-not-ready")
    first.save()
    repeated = Story(tmp_path, repeated=True)
    repeated.load()
    repeated.refused(repeated.chapter("Gates"), "ann asks for ATI", None, "gate-not-ready")
    assert repeated.chapters[0].lines == first.chapters[0].lines
    assert repeated.counted == first.counted


def test_chapters_are_numbered_and_their_tables_drawn(tmp_path: Path) -> None:
    story, console = Story(tmp_path), Console(file=io.StringIO(), width=80)
    chapter = story.chapter("Leads [come] in")
    chapter.row("company", "score")
    chapter.row("瀚澜水务有限公司", "90 hot")
    chapter.say("one line")
    story.add_file("leads.csv", b"x")
    print_story(console, story)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "1  Leads [come] in" in text
    assert "90 hot" in text
    assert text.count("company") == 1
    assert "leads.csv" in text


def test_of_several_approvals_of_a_quote_the_last_counts() -> None:
    first, last = (
        event("quote-approved", quote_id="q", within_own_authority=True),
        event("quote-approved", quote_id="q", within_own_authority=False),
    )
    repeated = counted_again(evidence(quotes=[first, last]))
    assert (repeated["quotes approved"], repeated["by a second person"]) == (1, 1)


def test_who_decides_about_their_own_request_is_counted() -> None:
    of = {"opportunity_id": "o", "gate": "ATI"}
    made = event("decision-made", **of, outcome="approved", decided_by="ann")
    own = counted_again(evidence(deals=[event("decision-requested", **of, requested_by="ann"), made]))
    others = counted_again(evidence(deals=[event("decision-requested", **of, requested_by="bob"), made]))
    assert (own["gates decided by who asked"], others["gates decided by who asked"]) == (1, 0)


def test_the_storys_deals_come_to_what_their_quotes_will_say() -> None:
    deals = plans.deals(prices_of(STORY / "prices.csv"), date(2026, 11, 24))
    star = deals[plans.MAIN_DEAL.key]
    assert star.net == sum(int(item.list * (1 - plans.MAIN_DEAL.discount)) for item in star.items)
    assert {deal.stage for deal in deals.values()} == {"won", "open", "lead"}
    assert len(deals) == len(plans.companies())


def test_everybody_of_the_story_comes_by_one_of_its_files_or_by_the_landing_page() -> None:
    texts = [(STORY / f"leads-{mapping}.csv").read_text(encoding="utf-8") for _, mapping in plans.EXPORTS]
    written = {cell for text in texts for row in csv.reader(io.StringIO(text)) for cell in row} | {plans.VISITOR["company"]}
    assert set(plans.companies()) <= written


class Somewhere:
    """Services whose rules and catalogue say who wrote them."""

    def __init__(self, drafters: list[str]) -> None:
        self.drafters = drafters

    async def get(self, service: str, step: str, path: str, who: Any, **_: Any) -> Answer:
        rows = [] if path.startswith("/catalogue") else [{"drafted_by": name} for name in self.drafters]
        return Answer(200, {"data": rows}, None)


@pytest.mark.parametrize(("drafters", "is_possible"), [([], True), ([plans.OFFICE.subject], True), (["mia"], False)])
async def test_where_others_wrote_rules_the_story_is_left_out(tmp_path: Path, drafters: list[str], is_possible: bool) -> None:
    context = StoryContext(Somewhere(drafters), Story(tmp_path), STORY)  # type: ignore[arg-type]
    assert await rules.is_possible(context) is is_possible


class Strict:
    """Refuses an act the first time, and keeps the keys it is asked with."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def post(self, service: str, step: str, path: str, who: Any, body: Any, *, key: str, at: str | None) -> Answer:
        self.keys.append(key)
        if len(self.keys) == 1:
            raise Rejected(step, 409, "gate-not-ready", "…")
        return Answer(200, None, None)


async def test_whoever_mends_what_was_refused_asks_again_with_the_same_key() -> None:
    front = Strict()
    actions = Actions(front, "story/P-1", hour=None)  # type: ignore[arg-type]
    refused = await actions.try_post("opportunity-svc", "request", "/x", plans.BOARD)
    await actions.post("opportunity-svc", "request", "/x", plans.BOARD, on=date(2026, 1, 1))
    assert refused is not None
    assert front.keys == ["story/P-1:request:1"] * 2


def test_the_rules_of_the_story_are_lists_of_both_services() -> None:
    rules = orjson.loads((STORY / "rules.json").read_bytes())
    assert set(rules["lead-svc"]) == {"scoring", "assignment", "response", "nurture"}
    assert set(rules["opportunity-svc"]) == {"configuration", "discount"}
    catch_all = rules["lead-svc"]["assignment"]["rules"][-1]
    assert set(catch_all) == {"name", "owners"}, "a lead no rule fits would be in the pool, where sales cannot assign it"
    assert all(Decimal(row["max_discount"]) < 1 for row in rules["opportunity-svc"]["discount"]["rows"])
