"""Draft and activate rules."""

from ltc_runtime.http import Api, Handle, Role

from .rules import ActivateRules, ActivatorIsDrafter, DraftRules, UnknownRules, decider
from .rules.configuration import ConfigurationRules
from .rules.discount import DiscountMatrix

MANAGERS: tuple[Role, ...] = ("sales_manager",)
WRITERS: tuple[Role, ...] = ("sales", "sales_manager", "solution")

rule_books = Api("/rule-books", stream=decider)


@rule_books.act("/configuration", roles=(*MANAGERS, "solution"))
async def draft_configuration(body: ConfigurationRules, handle: Handle) -> None:
    """Write the next version of the configuration rules: what goes with what."""
    return await handle(DraftRules(book="configuration", configuration=body, drafted_by=handle.actor))


@rule_books.act("/discount", roles=MANAGERS)
async def draft_discount(body: DiscountMatrix, handle: Handle) -> None:
    """Write the next version of the discount matrix: what each role may approve."""
    return await handle(DraftRules(book="discount", discount=body, drafted_by=handle.actor))


rule_books.act("/{book}/{version}/activate", ActivateRules, roles=MANAGERS, refuses=(UnknownRules, ActivatorIsDrafter))
