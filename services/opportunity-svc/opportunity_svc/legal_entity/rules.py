"""What our documents say of a legal entity: drafted, previewed, activated."""

from typing import Annotated, TypeAlias
from uuid import UUID

from ltc_events import Command, Decider, Event, Refusal, UserId, derive_id
from ltc_events.master_data import EntityCode, LegalEntity, LegalEntityActivated
from ltc_kit.versioned_document import VersionedDocument, Versions
from pydantic import Field

Version = Annotated[int, Field(ge=1, le=1_000_000)]


def entity_id(code: str) -> UUID:
    """The stream of the legal entity called ``code``."""
    return derive_id("legal-entity", code)


class DraftLegalEntity(Command):
    """Write the next version of a legal entity; documents say it once it is activated."""

    entity_id: UUID
    code: EntityCode
    entity: LegalEntity
    drafted_by: UserId


class ActivateLegalEntity(Command):
    """Let documents that are drafted from now on say this version."""

    entity_id: UUID
    code: EntityCode
    version: Version
    activated_by: UserId


class LegalEntityDrafted(Event, type="ltc.opportunity.legal-entity-drafted.v1"):
    """A version of a legal entity was written."""

    entity_id: UUID
    code: EntityCode
    version: Version
    entity: LegalEntity
    drafted_by: UserId


class UnknownLegalEntity(Refusal):
    """There is no such legal entity, or no such version of it."""

    status = 404


class LogoUnreadable(Refusal):
    """The logo is neither an SVG nor a PNG file that can be drawn."""

    status = 422


LegalEntityCommand: TypeAlias = DraftLegalEntity | ActivateLegalEntity
LegalEntityEvent: TypeAlias = LegalEntityDrafted | LegalEntityActivated

decider: Decider[Versions[LegalEntity], LegalEntityCommand, LegalEntityEvent] = VersionedDocument[LegalEntity](
    content="entity",
    draft=DraftLegalEntity,
    drafted=LegalEntityDrafted,
    activate=ActivateLegalEntity,
    activated=LegalEntityActivated,
    unknown=UnknownLegalEntity,
).decider("legal-entity", id="entity_id")
