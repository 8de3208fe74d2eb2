"""The story's leads: from exports of other systems and from a landing page; scored and assigned by rules, duplicates merged."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from ..client import Form, Person
from ..deal import Deal
from ..outcome import DealOutcome
from .context import LEADS, StoryContext, until
from .plans import CONSENT, DUPLICATE, EXPORTS, FORM, OFFICE, PLANS, VISITOR, WEST, DealPlan, companies
from .record import Chapter

MANAGER = Person(WEST.manager, ("sales_manager",))
Lead = dict[str, Any]


async def create_form(context: StoryContext) -> tuple[date, bool]:
    """Make the landing page's form.

    Returns:
        the day it was made first, which is the day of the story, and whether that was before now.
    """
    body = {"channel": "landing_page", "campaign": "STORY", "consent_text": CONSENT}
    made = await context.actions("form").post(LEADS, "define form", f"/capture-forms/{FORM}", OFFICE, body)
    shown = await context.get(LEADS, f"/capture-forms/{FORM}", OFFICE)
    return date.fromisoformat(shown["versions"][-1]["defined_at"][:10]), made.replayed


async def receive_leads(context: StoryContext) -> Mapping[str, Lead]:
    """All leads by company, once the rules have scored and assigned them."""
    chapter = context.story.chapter("Leads arrive by file and landing page; rules score and assign them")
    for system, mapping in EXPORTS:
        await _import(context, chapter, system, mapping)
    await _landing_page(context, chapter)
    found = dict(zip(companies(), await asyncio.gather(*(_scored_lead(context, company) for company in companies())), strict=True))
    await _merge(context, chapter, found)
    await _answer(context, chapter, found[str(VISITOR["company"])])
    return found


async def _import(context: StoryContext, chapter: Chapter, system: str, mapping: str) -> None:
    actions, content = context.actions(f"import/{mapping}"), (context.samples / f"leads-{mapping}.csv").read_bytes()
    begun = await actions.post(LEADS, "import leads", f"/leads/imports?mapping={mapping}&source=story-{mapping}", MANAGER, content)
    path = f"/leads/imports/{begun.body['import_id']}"
    done = await until(f"the import of {system}", lambda: context.get(LEADS, path, MANAGER), lambda it: it["status"] != "running")
    errors = (await context.get(LEADS, f"{path}/errors", MANAGER))["data"] if done["refused"] else []
    refused = "".join(f"; line {each['line']} refused: {each['reason']}" for each in errors)
    chapter.say(f"{system} export, {done['rows']} rows: {done['new']} leads{refused}")
    context.story.counted["leads captured"] += done["new"]


async def _landing_page(context: StoryContext, chapter: Chapter) -> None:
    actions = context.actions("landing-page")
    token = await actions.post(LEADS, "issue form token", f"/capture-forms/{FORM}/token", OFFICE, {"grace_hours": 0})
    refused = await actions.try_post(LEADS, "submit form", f"/capture/{FORM}", Form("somebody-elses"), VISITOR)
    if not token.replayed:
        await actions.post(LEADS, "submit form", f"/capture/{FORM}", Form(token.body["token"]), VISITOR)
    context.story.counted["leads captured"] += 1
    chapter.say("landing page, opened by its form's token alone: 1 lead, who agreed to version 1 of the text on consent")
    context.story.refused(chapter, "the same page with another token", refused, "not-admitted")


async def _scored_lead(context: StoryContext, company: str) -> Lead:
    """The lead of a company, scored and given."""

    async def get() -> Lead | None:
        parties = (await context.get(LEADS, f"/parties?name={quote(company)}", MANAGER))["data"]
        rows = [(await context.get(LEADS, f"/parties/{party['party_id']}/leads", MANAGER))["data"] for party in parties]
        return next((row for each in rows for row in each if row["company"] == company), None)

    found: Lead = await until(f"the lead of {company}", get, lambda lead: bool(lead and lead["owner"] and lead["score"] is not None))
    context.story.counted["leads given by a rule"] += 1
    return found


async def _merge(context: StoryContext, chapter: Chapter, found: Mapping[str, Lead]) -> None:
    one = next(found[plan.company] for plan in PLANS if plan.company.startswith(DUPLICATE))
    other, actions = found[DUPLICATE], context.actions("merge")
    suspected = (await context.get(LEADS, f"/duplicates/{other['party_id']}", MANAGER))["data"]
    for line in context.story.first_time("may be one", [_suspicion(each) for each in suspected]):
        chapter.say(line)
    body = {"into": one["party_id"], "reason": "Same contact, confirmed by phone"}
    await actions.post(LEADS, "merge party", f"/parties/{other['party_id']}/merge", MANAGER, body)
    joint_groups = (await context.get(LEADS, f"/parties/{one['party_id']}/leads", MANAGER))["data"]
    chapter.say(f"{MANAGER.subject} merges them: {len(joint_groups)} leads under {one['company']}; it can be undone")
    context.story.counted["parties merged"] += 1


def _suspicion(candidate: dict[str, Any]) -> str:
    why = ", ".join(f"{reason['kind']} {reason['value']}" for reason in candidate["reasons"])
    return f"may be one: {DUPLICATE} and {candidate['company']}, {candidate['weight']} of 100 ({why})"


async def _answer(context: StoryContext, chapter: Chapter, lead: Lead) -> None:
    """Call back in time, and begin mails to a lead that is not ready yet."""
    owner, actions, path = Person(lead["owner"], ("sales",)), context.actions("visitor"), f"/leads/{lead['lead_id']}"
    await actions.post(LEADS, "log touch", f"{path}/interactions", owner, {"kind": "call", "note": "Next year, perhaps"})
    await actions.post(LEADS, "nurture lead", f"{path}/nurture", owner, {"sequence": "first-steps"})
    shown, (run, *_) = await context.get(LEADS, path, owner), (await context.get(LEADS, f"{path}/nurture", owner))["runs"]
    kept = "in time" if not shown["response_overdue"] else "too late"
    chapter.say(f"{lead['company']} is called back {kept} (due {_minute(shown['response_due'])}) and gets the mails “{run['sequence']}”")
    context.story.counted["leads nurtured"] += 1


async def convert(context: StoryContext, plan: DealPlan, deal: Deal, lead: Lead) -> DealOutcome:
    """Qualify the lead and hand it over to sales as a project, with its iron triangle."""
    actions, owner, path = context.actions(plan.key), Person(plan.team.owner, ("sales",)), f"/leads/{lead['lead_id']}"
    bant = {
        "need": plan.need,
        "budget": {"amount": plan.budget, "currency": plan.currency},
        "authority": "Head of works",
        "timing": f"{context.day.year + 1}-06-30",
    }
    await actions.post(LEADS, "qualify lead", f"{path}/qualify", owner, bant)
    await until(f"the score of {plan.company}", lambda: context.get(LEADS, path, owner), _is_scored_anew)
    triangle = {
        "account_manager": plan.team.owner,
        "solution_manager": plan.team.solution,
        "fulfilment_manager": plan.team.fulfilment,
        "profile": "project",
    }
    answer = await actions.post(LEADS, "convert lead", f"{path}/convert", owner, triangle)
    outcome = DealOutcome(deal, lead["lead_id"], answer.body["opportunity_id"])
    await actions.get(
        "opportunity-svc", "→ opportunity opens", f"/opportunities/{outcome.opportunity_id}", owner, after=(answer.published,)
    )
    return outcome


def _is_scored_anew(lead: Lead) -> bool:
    # Who decides is known now, and that counts.
    return any(factor["factor"] == "authority" for factor in lead["factors"] or ())


async def show_scores(context: StoryContext, chapter: Chapter, found: Mapping[str, Lead]) -> None:
    """Show how the rules score each lead."""
    chapter.row("company", "owner, by rule", "score", "segment", "tier")
    for company, lead in found.items():
        now = await context.get(LEADS, f"/leads/{lead['lead_id']}", MANAGER)
        chapter.row(company, f"{now['owner']}, {now['rule']}", f"{now['score']} {now['band']}", now["segment"], now["tier"])
        context.story.counted["sum of scores"] += now["score"]


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")
