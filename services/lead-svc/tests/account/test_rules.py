"""What documents say of a party."""

from uuid import UUID

from lead_svc.account.rules import DescribeAccount, decider
from lead_svc.party.rules import PartyNoted, UnknownParty
from ltc_events.master_data import Account, AccountDescribed
from ltc_events.testing import given

PARTY = UUID(int=3)
noted = PartyNoted(party_id=PARTY, company="Northwind")
describe = DescribeAccount(party_id=PARTY, legal_name="Northwind Pumps Ltd", country="GB", described_by="ann")
described = AccountDescribed(party_id=PARTY, account=Account(legal_name="Northwind Pumps Ltd", country="GB"), described_by="ann")


def test_a_known_party_is_described_for_its_documents() -> None:
    given(decider, noted).when(describe).then(described)


def test_the_same_description_again_changes_nothing() -> None:
    given(decider, noted, described).when(describe).then()


def test_another_description_replaces_the_first() -> None:
    moved = describe.model_copy(update={"address": "1 Harbour Road", "described_by": "bob"})
    account = Account(legal_name="Northwind Pumps Ltd", country="GB", address="1 Harbour Road")
    given(decider, noted, described).when(moved).then(AccountDescribed(party_id=PARTY, account=account, described_by="bob"))


def test_an_unknown_party_has_no_account() -> None:
    given(decider).when(describe).then_refused(UnknownParty)
