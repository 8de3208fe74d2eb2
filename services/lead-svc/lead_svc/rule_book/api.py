"""Managers draft rules and activate them."""

from ltc_runtime.http import Api, Handle, Role

from .rules import ActivateRules, DraftRules, RulesNotBackTested, UnknownRules, decider
from .rules.assignment import AssignmentRules, PoolRules
from .rules.import_mapping import ImportMappings
from .rules.nurture import NurtureRules
from .rules.response import ResponseRules
from .rules.scoring import ScoringModel

MANAGERS: tuple[Role, ...] = ("sales_manager",)

rule_books = Api("/rule-books", stream=decider)
rule_books.act("/{book}/{version}/activate", ActivateRules, roles=MANAGERS, refuses=(UnknownRules, RulesNotBackTested))


@rule_books.act("/scoring", roles=MANAGERS)
async def draft_scoring(body: ScoringModel, handle: Handle) -> None:
    """Write the next version of the scoring model.

    It judges no lead until it is back-tested and activated.
    """
    return await handle(DraftRules(book="scoring", scoring=body, drafted_by=handle.actor))


@rule_books.act("/assignment", roles=MANAGERS)
async def draft_assignment(body: AssignmentRules, handle: Handle) -> None:
    """Write the next version of the assignment rules: who gets which new lead."""
    return await handle(DraftRules(book="assignment", assignment=body, drafted_by=handle.actor))


@rule_books.act("/pool", roles=MANAGERS)
async def draft_pool(body: PoolRules, handle: Handle) -> None:
    """Write the next version of the rules of the pool."""
    return await handle(DraftRules(book="pool", pool=body, drafted_by=handle.actor))


@rule_books.act("/response", roles=MANAGERS)
async def draft_response(body: ResponseRules, handle: Handle) -> None:
    """Write the next version of the rules of the first response, with the calendar that says what working time is."""
    return await handle(DraftRules(book="response", response=body, drafted_by=handle.actor))


@rule_books.act("/import", roles=MANAGERS)
async def draft_import_mappings(body: ImportMappings, handle: Handle) -> None:
    """Write the next version of the import mappings of this company: which column of an export fills which field of a lead."""
    return await handle(DraftRules(book="import", imports=body, drafted_by=handle.actor))


@rule_books.act("/nurture", roles=MANAGERS)
async def draft_nurture(body: NurtureRules, handle: Handle) -> None:
    """Write the next version of the nurture sequences: which mails go out when, and which leads get them by themselves."""
    return await handle(DraftRules(book="nurture", nurture=body, drafted_by=handle.actor))
