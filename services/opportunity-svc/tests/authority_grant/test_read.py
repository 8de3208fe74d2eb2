"""The list of authority grants."""

from decimal import Decimal

from opportunity_svc.authority_grant.read import authority_grant_list
from opportunity_svc.authority_grant.rules import AuthorityGranted, AuthorityRevoked, authority_id
from shown_facts import TODAY, shown, usd


def test_authority_taken_back_stays_visible() -> None:
    granted = AuthorityGranted(
        authority_id=authority_id("ann"), user="ann", max_discount=Decimal("0.1"), max_amount=usd(5), valid_from=TODAY, granted_by="mia"
    )
    revoked = AuthorityRevoked(authority_id=authority_id("ann"), user="ann", currencies=("USD",), revoked_by="max")
    (row,) = shown(authority_grant_list, [granted])
    assert (row["user"], row["max_amount"], row["currency"], row["revoked"]) == ("ann", 5, "USD", False)
    (row,) = shown(authority_grant_list, [granted, revoked])
    assert (row["revoked"], row["revoked_by"]) == (True, "max")
