"""A rule book: rules that are data, drafted version by version; one version is live, and each can be previewed before."""

from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from ltc_events import Code, Command, Decider, Event, Refusal, UserId, derive_id
from ltc_events.filled import Actor
from ltc_kit.versioned_document import Versions
from pydantic import Field

from .assignment import AssignmentRules, PoolRules
from .import_mapping import ImportMappings
from .nurture import NurtureRules
from .response import ResponseRules
from .scoring import BandResult, ScoringModel

BookName = Literal["scoring", "assignment", "pool", "response", "import", "nurture"]
Version = Annotated[int, Field(ge=1, le=1_000_000)]
Rules: TypeAlias = ScoringModel | AssignmentRules | PoolRules | ResponseRules | ImportMappings | NurtureRules


def book_id(book: BookName) -> UUID:
    """The stream of a rule book; there is one of each name."""
    return derive_id("rule-book", book)


class DraftRules(Command):
    """Write the next version of a rule book; it has no effect until it is activated."""

    book: BookName
    scoring: ScoringModel | None = None
    assignment: AssignmentRules | None = None
    pool: PoolRules | None = None
    response: ResponseRules | None = None
    imports: ImportMappings | None = None
    nurture: NurtureRules | None = None
    drafted_by: UserId

    @property
    def book_id(self) -> UUID:
        """The stream of the rule book."""
        return book_id(self.book)


class RecordBackTest(Command):
    """Record how a version would have judged the leads that have ended."""

    book_id: UUID
    version: Version
    horizon_days: int
    bands: tuple[BandResult, ...]


class ActivateRules(Command):
    """Activate a version of a rule book.

    What runs already keeps the version it began with; a lead is judged by a new scoring model when its next fact is recorded.
    """

    book: BookName
    version: Version
    activated_by: Actor

    @property
    def book_id(self) -> UUID:
        """The stream of the rule book."""
        return book_id(self.book)


class RulesDrafted(Event, type="ltc.lead.rules-drafted.v1"):
    """A version of a rule book was written."""

    book_id: UUID
    book: Code
    version: Version
    scoring: ScoringModel | None = None
    assignment: AssignmentRules | None = None
    pool: PoolRules | None = None
    response: ResponseRules | None = None
    imports: ImportMappings | None = None
    nurture: NurtureRules | None = None
    drafted_by: UserId


class RulesBackTested(Event, type="ltc.lead.rules-back-tested.v1"):
    """How a version would have judged the leads that have ended, by what was known ``horizon_days`` after they came."""

    book_id: UUID
    version: Version
    horizon_days: int
    bands: tuple[BandResult, ...]


class RulesActivated(Event, type="ltc.lead.rules-activated.v1"):
    """This version is live from now on."""

    book_id: UUID
    version: Version
    previous: int | None = None
    activated_by: UserId


class UnknownRules(Refusal):
    """This rule book has no such version."""

    status = 404


class RulesNotBackTested(Refusal):
    """Version {version} was never tested against history: run its back-test and check the result first."""


@dataclass(frozen=True, slots=True)
class Book:
    """All versions of one rule book, and which of them is live."""

    versions: Versions[Rules] = field(default_factory=Versions)
    tested: frozenset[int] = frozenset()

    @property
    def live(self) -> int | None:
        """The live version."""
        return self.versions.live

    @property
    def scoring(self) -> ScoringModel | None:
        """The live scoring model, if this is its book."""
        rules = self.counting
        return rules if isinstance(rules, ScoringModel) else None

    @property
    def assignment(self) -> AssignmentRules | None:
        """The live assignment rules, if this is their book."""
        rules = self.counting
        return rules if isinstance(rules, AssignmentRules) else None

    @property
    def pool(self) -> PoolRules | None:
        """The live pool rules, if this is their book."""
        rules = self.counting
        return rules if isinstance(rules, PoolRules) else None

    @property
    def response(self) -> ResponseRules | None:
        """The live response rules, if this is their book."""
        rules = self.counting
        return rules if isinstance(rules, ResponseRules) else None

    @property
    def imports(self) -> ImportMappings | None:
        """The live import mappings of this company, if this is their book."""
        rules = self.counting
        return rules if isinstance(rules, ImportMappings) else None

    @property
    def counting(self) -> Rules | None:
        """The content of the live version."""
        return self.versions.counting


RuleBookCommand: TypeAlias = DraftRules | RecordBackTest | ActivateRules
RuleBookEvent: TypeAlias = RulesDrafted | RulesBackTested | RulesActivated


def decide(book: Book, command: RuleBookCommand) -> list[RuleBookEvent]:
    match command:
        case DraftRules():
            return [*draft(book, command)]
        case RecordBackTest():
            return [*back_test(must_have(book, command.version), command)]
        case ActivateRules():
            return [*activate(must_have(book, command.version), command)]


def draft(book: Book, command: DraftRules) -> list[RulesDrafted]:
    if book.versions.says(content(command)):
        return []
    return [RulesDrafted(book_id=command.book_id, **dict(command), version=book.versions.next)]


def back_test(book: Book, command: RecordBackTest) -> list[RulesBackTested]:
    return [RulesBackTested(**dict(command))]


def activate(book: Book, command: ActivateRules) -> list[RulesActivated]:
    if book.live == command.version:
        return []
    if isinstance(book.versions.written[command.version - 1], ScoringModel) and command.version not in book.tested:
        raise RulesNotBackTested(version=command.version)
    return [RulesActivated(book_id=command.book_id, version=command.version, previous=book.live, activated_by=command.activated_by)]


def must_have(book: Book, version: int) -> Book:
    if not book.versions.has(version):
        raise UnknownRules
    return book


def content(said: DraftRules | RulesDrafted) -> Rules:
    """The content of the version: the one kind of rules of its book."""
    rules = said.scoring or said.assignment or said.pool or said.response or said.imports or said.nurture
    assert rules is not None
    return rules


def evolve(book: Book, event: RuleBookEvent) -> Book:
    match event:
        case RulesDrafted():
            return replace(book, versions=book.versions.with_next(content(event)))
        case RulesBackTested(version=version):
            return replace(book, tested=book.tested | {version})
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
