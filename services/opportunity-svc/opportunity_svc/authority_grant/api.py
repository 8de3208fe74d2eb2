"""Grant and revoke authority."""

from ltc_runtime.http import Api, NaturalKey, Role

from ..price_book.rules import ValidityEndsBeforeItBegins
from .rules import GrantAuthority, GrantToOneself, Holder, LimitBelowNothing, NothingGranted, RevokeAuthority, authority_id, decider

MANAGERS: tuple[Role, ...] = ("sales_manager",)

authority_grants = Api("/authority-grants", stream=decider, natural=NaturalKey("user", Holder, authority_id))
authority_grants.act("/{user}", GrantAuthority, roles=MANAGERS, refuses=(GrantToOneself, LimitBelowNothing, ValidityEndsBeforeItBegins))
authority_grants.act("/{user}/revoke", RevokeAuthority, roles=MANAGERS, refuses=(NothingGranted,))
