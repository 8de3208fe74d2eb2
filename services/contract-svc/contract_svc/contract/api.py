"""From draft to in force: review, signature, registration."""

from typing import Annotated
from uuid import UUID

from ltc_events import Text
from ltc_runtime.http import Api, Body, Handle, Role
from pydantic import Field

from .rules import decider
from .rules.paper import (
    ContractNotApproved,
    ContractNotInReview,
    ContractNotSigned,
    Function,
    RejectionWithoutFinding,
    ReviewContract,
    ReviewOfOwnDeal,
    SignContract,
    UnknownContract,
    Verdict,
)
from .rules.payment_plan import (
    AcceptanceNamesNoLines,
    AdvanceNamesLines,
    LinesNotCovered,
    PlanDoesNotSum,
    PlanInOtherCurrency,
    PlanLineTwice,
    PlanLineWithoutAmount,
    PlanNamesUnknownLine,
)
from .rules.purchase_order import PurchaseOrderTaken
from .rules.registration import RegisterContract, RegisteredBeforeSigned, TermsDiffer, TooMuchToBill
from .rules.term import NoticeWithoutEnd, TermOverBeforeItBegins

REVIEWERS: tuple[Role, ...] = ("legal", "finance")
SIGNERS: tuple[Role, ...] = ("sales_manager", "legal")
NOT_A_PLAN = (
    PlanDoesNotSum,
    PlanLineTwice,
    PlanLineWithoutAmount,
    PlanInOtherCurrency,
    AdvanceNamesLines,
    AcceptanceNamesNoLines,
    PlanNamesUnknownLine,
    LinesNotCovered,
)


contracts = Api("/contracts", stream=decider)
contracts.act("/{contract_id}/sign", SignContract, roles=SIGNERS, refuses=(UnknownContract, ContractNotApproved))
contracts.act(
    "/{contract_id}/register",
    RegisterContract,
    roles=SIGNERS,
    refuses=(
        UnknownContract,
        ContractNotSigned,
        RegisteredBeforeSigned,
        TermsDiffer,
        TooMuchToBill,
        TermOverBeforeItBegins,
        NoticeWithoutEnd,
        PurchaseOrderTaken,
        *NOT_A_PLAN,
    ),
)


class ReviewBody(Body):
    """What was found, and whether the contract may be signed."""

    verdict: Verdict = Field(examples=["approve"])
    findings: Annotated[tuple[Text, ...], Field(max_length=100)] = Field((), examples=[["Liability is capped at the contract value."]])


@contracts.act(
    "/{contract_id}/review",
    roles=REVIEWERS,
    refuses=(UnknownContract, ContractNotInReview, ReviewOfOwnDeal, RejectionWithoutFinding),
)
async def review_contract(contract_id: UUID, body: ReviewBody, handle: Handle) -> None:
    """Approve or reject a draft.

    The reviewer speaks for legal or finance, and is not the account manager of the deal.
    """
    function: Function = "legal" if "legal" in handle.roles else "finance"
    command = ReviewContract(contract_id=contract_id, function=function, verdict=body.verdict, findings=body.findings, actor=handle.actor)
    return await handle(command)
