"""Invoices are numbered one by one per legal entity, without gaps."""

from billing_svc.invoice.rules import decider
from bills import FIRST, SECOND, issue, issued
from ltc_events.testing import given


def test_invoices_of_a_legal_entity_are_numbered_one_by_one() -> None:
    given(decider).when(issue(FIRST)).then(*issued(FIRST, 1))
    given(decider, *issued(FIRST, 1)).when(issue(SECOND)).then(*issued(SECOND, 2))


def test_every_legal_entity_has_numbers_of_its_own() -> None:
    given(decider, *issued(FIRST, 1)).when(issue(SECOND, "ACME-FR")).then(*issued(SECOND, 1, "ACME-FR"))


def test_an_invoice_asked_for_twice_is_issued_once_and_spends_no_number() -> None:
    given(decider, *issued(FIRST, 1)).when(issue(FIRST)).then_nothing()
