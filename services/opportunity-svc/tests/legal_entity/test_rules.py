"""Legal entities: drafted, and activated with everything that others copy."""

from uuid import UUID

from ltc_events.master_data import LegalEntity, LegalEntityActivated
from ltc_events.testing import given
from opportunity_svc.legal_entity.rules import (
    ActivateLegalEntity,
    DraftLegalEntity,
    LegalEntityDrafted,
    UnknownLegalEntity,
    decider,
    entity_id,
)

ID = entity_id("ACME-DE")
HARBOUR = LegalEntity(name="Harbour Pumps GmbH", address="Speicherstadt 4\n20457 Hamburg", country="DE", tax_number="DE811234567")
MOVED = HARBOUR.model_copy(update={"address": "Kai 9\n20457 Hamburg"})


def drafted(version: int, entity: LegalEntity = HARBOUR) -> LegalEntityDrafted:
    return LegalEntityDrafted(entity_id=ID, code="ACME-DE", version=version, entity=entity, drafted_by="mia")


def activated(version: int, entity: LegalEntity = HARBOUR, previous: int | None = None) -> LegalEntityActivated:
    return LegalEntityActivated(
        entity_id=ID, code="ACME-DE", version=version, previous=previous, entity=entity, activated_by="fin"
    )  # fmt: skip


def activate(version: int) -> ActivateLegalEntity:
    return ActivateLegalEntity(entity_id=ID, code="ACME-DE", version=version, activated_by="fin")


def test_an_activated_version_says_all_that_documents_copy() -> None:
    draft = DraftLegalEntity(entity_id=ID, code="ACME-DE", entity=HARBOUR, drafted_by="mia")
    given(decider).when(draft).then(drafted(1))
    given(decider, drafted(1)).when(activate(1)).then(activated(1))


def test_a_later_version_replaces_the_live_one() -> None:
    given(decider, drafted(1), activated(1), drafted(2, MOVED)).when(activate(2)).then(activated(2, MOVED, previous=1))


def test_the_same_text_again_is_no_new_version_and_a_live_version_stays_live() -> None:
    draft = DraftLegalEntity(entity_id=ID, code="ACME-DE", entity=HARBOUR, drafted_by="max")
    given(decider, drafted(1)).when(draft).then()
    given(decider, drafted(1), activated(1)).when(activate(1)).then()


def test_a_version_that_was_never_drafted_is_not_activated() -> None:
    given(decider, drafted(1)).when(activate(2)).then_refused(UnknownLegalEntity)
    assert entity_id("ACME-DE") != entity_id("ACME-CN")
    assert isinstance(ID, UUID)
