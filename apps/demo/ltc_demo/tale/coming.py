"""How the leads of the story come: by the exports of other systems and by a landing page; judged and given by rules, duplicates merged."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from ..deal import Deal
from ..frontline import Form, Person
from ..walked import Walked
from .cast import CONSENT, EXPORTS, FORM, OFFICE, ROLES, TWIN, VISITOR, WEST, Role, companies
from .stage import LEADS, Stage, until
from .telling import Chapter

BOSS = Person(WEST.manager, ("sales_manager",))
Lead = dict[str, Any]


async def form(stage: Stage) -> tuple[date, bool]:
    """Make the landing page's form.

    Returns:
        the day it was made first, which is the day of the story, and whether that was before now.
    """
    body = {"channel": "landing_page", "campaign": "STORY", "consent_text": CONSENT}
    made = await stage.acts("form").act(LEADS, "define form", f"/capture-forms/{FORM}", OFFICE, body)
    shown = await stage.look(LEADS, f"/capture-forms/{FORM}", OFFICE)
    return date.fromisoformat(shown["versions"][-1]["defined_at"][:10]), made.replayed


async def leads(stage: Stage) -> Mapping[str, Lead]:
    """Everybody who comes, by company, once the rules have dealt with them."""
    said = stage.tale.chapter("Leads come in by files and by a landing page; rules judge and give them")
    for system, mapping in EXPORTS:
        await _import(stage, said, system, mapping)
    await _landing_page(stage, said)
    found = dict(zip(companies(), await asyncio.gather(*(_dealt_with(stage, company) for company in companies())), strict=True))
    await _merge(stage, said, found)
    await _answer(stage, said, found[str(VISITOR["company"])])
    return found


async def _import(stage: Stage, said: Chapter, system: str, mapping: str) -> None:
    acts, content = stage.acts(f"import/{mapping}"), (stage.samples / f"leads-{mapping}.csv").read_bytes()
    begun = await acts.act(LEADS, "import leads", f"/leads/imports?mapping={mapping}&source=story-{mapping}", BOSS, content)
    path = f"/leads/imports/{begun.body['import_id']}"
    done = await until(f"the import of {system}", lambda: stage.look(LEADS, path, BOSS), lambda it: it["status"] != "running")
    errors = (await stage.look(LEADS, f"{path}/errors", BOSS))["data"] if done["refused"] else []
    refused = "".join(f"; line {each['line']} refused: {each['reason']}" for each in errors)
    said.say(f"{system} export, {done['rows']} rows: {done['new']} leads{refused}")
    stage.tale.counted["leads captured"] += done["new"]


async def _landing_page(stage: Stage, said: Chapter) -> None:
    acts = stage.acts("landing-page")
    token = await acts.act(LEADS, "issue form token", f"/capture-forms/{FORM}/token", OFFICE, {"grace_hours": 0})
    refused = await acts.tried(LEADS, "submit form", f"/capture/{FORM}", Form("somebody-elses"), VISITOR)
    if not token.replayed:
        await acts.act(LEADS, "submit form", f"/capture/{FORM}", Form(token.body["token"]), VISITOR)
    stage.tale.counted["leads captured"] += 1
    said.say("landing page, opened by its form's token alone: 1 lead, who agreed to version 1 of the text on consent")
    stage.tale.refused(said, "the same page with another token", refused, "not-admitted")


async def _dealt_with(stage: Stage, company: str) -> Lead:
    """The lead of a company, scored and given."""

    async def look() -> Lead | None:
        parties = (await stage.look(LEADS, f"/parties?name={quote(company)}", BOSS))["data"]
        rows = [(await stage.look(LEADS, f"/parties/{party['party_id']}/leads", BOSS))["data"] for party in parties]
        return next((row for each in rows for row in each if row["company"] == company), None)

    found: Lead = await until(f"the lead of {company}", look, lambda lead: bool(lead and lead["owner"] and lead["score"] is not None))
    stage.tale.counted["leads given by a rule"] += 1
    return found


async def _merge(stage: Stage, said: Chapter, found: Mapping[str, Lead]) -> None:
    one = next(found[role.company] for role in ROLES if role.company.startswith(TWIN))
    other, acts = found[TWIN], stage.acts("merge")
    suspected = (await stage.look(LEADS, f"/duplicates/{other['party_id']}", BOSS))["data"]
    for line in stage.tale.once("may be one", [_suspicion(each) for each in suspected]):
        said.say(line)
    body = {"into": one["party_id"], "reason": "Same contact, confirmed by phone"}
    await acts.act(LEADS, "merge party", f"/parties/{other['party_id']}/merge", BOSS, body)
    together = (await stage.look(LEADS, f"/parties/{one['party_id']}/leads", BOSS))["data"]
    said.say(f"{BOSS.subject} merges them: {len(together)} leads under {one['company']}; it can be undone")
    stage.tale.counted["parties merged"] += 1


def _suspicion(candidate: dict[str, Any]) -> str:
    why = ", ".join(f"{reason['kind']} {reason['value']}" for reason in candidate["reasons"])
    return f"may be one: {TWIN} and {candidate['company']}, {candidate['weight']} of 100 ({why})"


async def _answer(stage: Stage, said: Chapter, lead: Lead) -> None:
    """Call back in time, and begin mails to somebody who is not ready yet."""
    owner, acts, path = Person(lead["owner"], ("sales",)), stage.acts("visitor"), f"/leads/{lead['lead_id']}"
    await acts.act(LEADS, "log touch", f"{path}/interactions", owner, {"kind": "call", "note": "Next year, perhaps"})
    await acts.act(LEADS, "nurture lead", f"{path}/nurture", owner, {"sequence": "first-steps"})
    shown, (run, *_) = await stage.look(LEADS, path, owner), (await stage.look(LEADS, f"{path}/nurture", owner))["runs"]
    kept = "in time" if not shown["response_overdue"] else "too late"
    said.say(f"{lead['company']} is called back {kept} (due {_minute(shown['response_due'])}) and gets the mails “{run['sequence']}”")
    stage.tale.counted["leads nurtured"] += 1


async def convert(stage: Stage, role: Role, deal: Deal, lead: Lead) -> Walked:
    """Qualify the lead and hand it over to sales as a project, with its iron triangle."""
    acts, owner, path = stage.acts(role.key), Person(role.team.owner, ("sales",)), f"/leads/{lead['lead_id']}"
    bant = {
        "need": role.need,
        "budget": {"amount": role.budget, "currency": role.currency},
        "authority": "Head of works",
        "timing": f"{stage.day.year + 1}-06-30",
    }
    await acts.act(LEADS, "qualify lead", f"{path}/qualify", owner, bant)
    await until(f"the score of {role.company}", lambda: stage.look(LEADS, path, owner), _is_scored_anew)
    triangle = {
        "account_manager": role.team.owner,
        "solution_manager": role.team.solution,
        "fulfilment_manager": role.team.fulfilment,
        "profile": "project",
    }
    answer = await acts.act(LEADS, "convert lead", f"{path}/convert", owner, triangle)
    walked = Walked(deal, lead["lead_id"], answer.body["opportunity_id"])
    await acts.look("opportunity-svc", "→ opportunity opens", f"/opportunities/{walked.opportunity_id}", owner, after=(answer.told,))
    return walked


def _is_scored_anew(lead: Lead) -> bool:
    # Who decides is known now, and that counts.
    return any(factor["factor"] == "authority" for factor in lead["factors"] or ())


async def judged(stage: Stage, said: Chapter, found: Mapping[str, Lead]) -> None:
    """How the rules judge everybody, by what is known now."""
    said.row("company", "owner, by rule", "score", "segment", "tier")
    for company, lead in found.items():
        now = await stage.look(LEADS, f"/leads/{lead['lead_id']}", BOSS)
        said.row(company, f"{now['owner']}, {now['rule']}", f"{now['score']} {now['band']}", now["segment"], now["tier"])
        stage.tale.counted["sum of scores"] += now["score"]


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")
