"""A rule book: rules that are data, drafted version by version; one version is live, and what it would say is seen before it is."""

from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, Refusal, UserId, derive_id
from ltc_events.filled import Actor
from ltc_kit.versioned_document import Versions
from pydantic import Field

from .configuration import ConfigurationRules
from .discount import DiscountMatrix

BookName = Literal["configuration", "discount"]
Version = Annotated[int, Field(ge=1, le=1_000_000)]
Rules: TypeAlias = ConfigurationRules | DiscountMatrix


def book_id(book: BookName) -> UUID:
    """The stream of a rule book: there is one of each."""
    return derive_id("rule-book", book)


CONFIGURATION, DISCOUNT = book_id("configuration"), book_id("discount")


class DraftRules(Command):
    """Write the next version of a rule book; it counts once it is activated."""

    book: BookName
    configuration: ConfigurationRules | None = None
    discount: DiscountMatrix | None = None
    drafted_by: UserId

    @property
    def book_id(self) -> UUID:
        """The stream of the rule book."""
        return book_id(self.book)


class ActivateRules(Command):
    """Make a version count from now on; a discount matrix is activated by another user than the one who wrote it."""

    book: BookName
    version: Version
    activated_by: Actor

    @property
    def book_id(self) -> UUID:
        """The stream of the rule book."""
        return book_id(self.book)


class RulesDrafted(Event, type="ltc.opportunity.rules-drafted.v1"):
    """A version of a rule book was written."""

    book_id: UUID
    book: BookName
    version: Version
    configuration: ConfigurationRules | None = None
    discount: DiscountMatrix | None = None
    drafted_by: UserId


class RulesActivated(Event, type="ltc.opportunity.rules-activated.v1"):
    """From now on this version is what counts."""

    book_id: UUID
    version: Version
    previous: int | None = None
    activated_by: UserId


class UnknownRules(Refusal):
    """There is no such version of this rule book."""

    status = 404


class ActivatorIsDrafter(Refusal):
    """Four eyes: you wrote this discount matrix, so another manager has to activate it."""


@dataclass(frozen=True, slots=True)
class Book:
    """All versions of one rule book, who wrote them, and which of them counts."""

    versions: Versions[Rules] = field(default_factory=Versions)
    drafters: tuple[str, ...] = ()

    @property
    def live(self) -> int | None:
        """The version that counts."""
        return self.versions.live

    @property
    def configuration(self) -> ConfigurationRules | None:
        """The configuration rules that count, if this is their book and some do."""
        rules = self.counting
        return rules if isinstance(rules, ConfigurationRules) else None

    @property
    def discount(self) -> DiscountMatrix | None:
        """The discount matrix that counts, if this is its book and one does."""
        rules = self.counting
        return rules if isinstance(rules, DiscountMatrix) else None

    @property
    def counting(self) -> Rules | None:
        """What the live version says."""
        return self.versions.counting


RuleBookCommand: TypeAlias = DraftRules | ActivateRules
RuleBookEvent: TypeAlias = RulesDrafted | RulesActivated


def decide(book: Book, command: RuleBookCommand) -> list[RuleBookEvent]:
    match command:
        case DraftRules():
            return [*draft(book, command)]
        case ActivateRules():
            return [*activate(must_have(book, command.version), command)]


def draft(book: Book, command: DraftRules) -> list[RulesDrafted]:
    if book.versions.says(content(command)):
        return []
    return [RulesDrafted(book_id=command.book_id, **dict(command), version=book.versions.next)]


def activate(book: Book, command: ActivateRules) -> list[RulesActivated]:
    if book.live == command.version:
        return []
    if (
        isinstance(book.versions.written[command.version - 1], DiscountMatrix)
        and book.drafters[command.version - 1] == command.activated_by
    ):
        raise ActivatorIsDrafter
    return [RulesActivated(book_id=command.book_id, version=command.version, previous=book.live, activated_by=command.activated_by)]


def must_have(book: Book, version: int) -> Book:
    if not book.versions.has(version):
        raise UnknownRules
    return book


def content(said: DraftRules | RulesDrafted) -> Rules:
    """What the version says: one kind of rules, that of its book."""
    rules = said.configuration or said.discount
    assert rules is not None
    return rules


def evolve(book: Book, event: RuleBookEvent) -> Book:
    match event:
        case RulesDrafted():
            return replace(book, versions=book.versions.with_next(content(event)), drafters=(*book.drafters, event.drafted_by))
        case RulesActivated(version=version):
            return replace(book, versions=book.versions.with_live(version))


decider: Decider[Book, RuleBookCommand, RuleBookEvent] = Decider(
    kind="rule-book",
    id="book_id",
    initial=Book(),
    decide=decide,
    evolve=evolve,
    commands=RuleBookCommand,
    events=RuleBookEvent,
    shared=True,
)
