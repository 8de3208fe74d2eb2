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
from ltc_demo.acts import Acts
from ltc_demo.frontline import Answer, Rejected
from ltc_demo.own import prices_of
from ltc_demo.run import sample
from ltc_demo.tale import cast, office
from ltc_demo.tale.printing import printed
from ltc_demo.tale.proof import Evidence, counted_again
from ltc_demo.tale.stage import Stage
from ltc_demo.tale.telling import Tale, as_read
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
    tale = Tale(tmp_path)
    tale.refused(tale.chapter("Gates"), "ann asks for ATI", refusal, "gate-not-ready")
    assert (tale.counted["tried what must be refused"], tale.counted["refused as it must be"]) == (1, 0)


def test_told_again_a_refusal_reads_as_it_did(tmp_path: Path) -> None:
    first = Tale(tmp_path)
    first.refused(first.chapter("Gates"), "ann asks for ATI", NOT_READY, "gate-not-ready")
    first.remember()
    again = Tale(tmp_path, again=True)
    again.recall()
    again.refused(again.chapter("Gates"), "ann asks for ATI", None, "gate-not-ready")
    assert again.chapters[0].lines == first.chapters[0].lines
    assert again.counted == first.counted


def test_chapters_are_numbered_and_their_tables_drawn(tmp_path: Path) -> None:
    tale, console = Tale(tmp_path), Console(file=io.StringIO(), width=80)
    chapter = tale.chapter("Leads [come] in")
    chapter.row("company", "score")
    chapter.row("瀚澜水务有限公司", "90 hot")
    chapter.say("one line")
    tale.keep("leads.csv", b"x")
    printed(console, tale)
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
    again = counted_again(evidence(quotes=[first, last]))
    assert (again["quotes approved"], again["by a second person"]) == (1, 1)


def test_who_decides_about_their_own_request_is_counted() -> None:
    of = {"opportunity_id": "o", "gate": "ATI"}
    made = event("decision-made", **of, outcome="approved", decided_by="ann")
    own = counted_again(evidence(deals=[event("decision-requested", **of, requested_by="ann"), made]))
    others = counted_again(evidence(deals=[event("decision-requested", **of, requested_by="bob"), made]))
    assert (own["gates decided by who asked"], others["gates decided by who asked"]) == (1, 0)


def test_the_storys_deals_come_to_what_their_quotes_will_say() -> None:
    deals = cast.deals(prices_of(STORY / "prices.csv"), date(2026, 11, 24))
    star = deals[cast.STAR.key]
    assert star.net == sum(int(item.list * (1 - cast.STAR.discount)) for item in star.items)
    assert {deal.stage for deal in deals.values()} == {"won", "open", "lead"}
    assert len(deals) == len(cast.companies())


def test_everybody_of_the_story_comes_by_one_of_its_files_or_by_the_landing_page() -> None:
    texts = [(STORY / f"leads-{mapping}.csv").read_text(encoding="utf-8") for _, mapping in cast.EXPORTS]
    written = {cell for text in texts for row in csv.reader(io.StringIO(text)) for cell in row} | {cast.VISITOR["company"]}
    assert set(cast.companies()) <= written


class Somewhere:
    """Services whose rules and catalogue say who wrote them."""

    def __init__(self, drafters: list[str]) -> None:
        self.drafters = drafters

    async def look(self, service: str, step: str, path: str, who: Any, **_: Any) -> Answer:
        rows = [] if path.startswith("/catalogue") else [{"drafted_by": name} for name in self.drafters]
        return Answer(200, {"data": rows}, None)


@pytest.mark.parametrize(("drafters", "fits"), [([], True), ([cast.OFFICE.subject], True), (["mia"], False)])
async def test_where_others_wrote_rules_the_story_is_left_out(tmp_path: Path, drafters: list[str], fits: bool) -> None:
    stage = Stage(Somewhere(drafters), Tale(tmp_path), STORY)  # type: ignore[arg-type]
    assert await office.fits(stage) is fits


class Strict:
    """Refuses an act the first time, and keeps the keys it is asked with."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def act(self, service: str, step: str, path: str, who: Any, body: Any, *, key: str, at: str | None) -> Answer:
        self.keys.append(key)
        if len(self.keys) == 1:
            raise Rejected(step, 409, "gate-not-ready", "…")
        return Answer(200, None, None)


async def test_whoever_mends_what_was_refused_asks_again_with_the_same_key() -> None:
    front = Strict()
    acts = Acts(front, "story/P-1", hour=None)  # type: ignore[arg-type]
    refused = await acts.tried("opportunity-svc", "request", "/x", cast.BOARD)
    await acts.act("opportunity-svc", "request", "/x", cast.BOARD, on=date(2026, 1, 1))
    assert refused is not None
    assert front.keys == ["story/P-1:request:1"] * 2


def test_the_rules_of_the_story_are_lists_of_both_services() -> None:
    rules = orjson.loads((STORY / "rules.json").read_bytes())
    assert set(rules["lead-svc"]) == {"scoring", "assignment", "response", "nurture"}
    assert set(rules["opportunity-svc"]) == {"configuration", "discount"}
    catch_all = rules["lead-svc"]["assignment"]["rules"][-1]
    assert set(catch_all) == {"name", "owners"}, "a lead no rule fits would be in the pool, where sales cannot assign it"
    assert all(Decimal(row["max_discount"]) < 1 for row in rules["opportunity-svc"]["discount"]["rows"])
