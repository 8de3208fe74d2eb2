"""Every reaction has exactly one cause and happened once; every cause had its reaction."""

import json
from collections import defaultdict
from uuid import UUID

from .evidence import Evidence, Ledger, mark_of
from .finding import Finding
from .ids import derived

EXPECTED = (
    (
        "opportunity-svc",
        "ltc.lead.converted.v1",
        ("ltc.opportunity.opened.v1", "ltc.opportunity.joined.v1", "ltc.opportunity.join-refused.v1"),
    ),
    ("order-svc", "ltc.contract.registered.v1", ("ltc.order.received.v1",)),
)
"""In this service, each of the first has exactly one of the others as its effect."""


def reactions_have_one_cause(evidence: Evidence) -> list[Finding]:
    """What a service did by itself names a cause that is in its log before it, and its command id follows from that cause."""
    found = []
    for service, ledger in evidence.ledgers.items():
        at = {row["event_id"]: row["position"] for row in ledger.log}
        policies = _policies(ledger)
        for row in ledger.own:
            if not row["actor"].startswith("service:"):
                continue
            cause = row["causation_id"]
            if cause not in at or at[cause] >= row["position"]:
                found.append(Finding("reactions_have_one_cause", service, f"position {row['position']} has no cause before it in the log"))
            elif row["command_id"] not in _commands(cause, policies):
                found.append(
                    Finding("reactions_have_one_cause", service, f"position {row['position']} follows from no policy on its cause")
                )
    return found


def _commands(cause: UUID, policies: set[str]) -> set[UUID]:
    """The commands that may follow from a cause: those of the policies, and what each takes document numbers with."""
    own = {derived(cause, policy, index) for index in range(64) for policy in policies}
    return own | {derived(command, "numbers") for command in own}


def _policies(ledger: Ledger) -> set[str]:
    """The policies that ever ran here, those given up since too: each has a checkpoint ``react:<name>``."""
    followers = (row["name"] for row in ledger.side.get("checkpoint", []))
    return {name.removeprefix("react:") for name in followers if name.startswith("react:")}


def commands_took_effect_once(evidence: Evidence) -> list[Finding]:
    """The events of one command stand together in the log, with the ids that follow from the command, from one cause and actor."""
    found = []
    for service, ledger in evidence.ledgers.items():
        for command, rows in ledger.effects.items():
            together = [row["position"] for row in rows] == list(range(rows[0]["position"], rows[0]["position"] + len(rows)))
            ids = [row["event_id"] for row in rows] == [derived(command, index) for index in range(len(rows))]
            if not together or not ids or len({(row["causation_id"], row["actor"]) for row in rows}) != 1:
                found.append(Finding("commands_took_effect_once", service, f"command {command} at {[row['position'] for row in rows]}"))
    return found


def causes_have_their_reaction(evidence: Evidence) -> list[Finding]:
    """Each trigger of the main path has exactly one effect."""
    found = []
    for service, trigger, possible in EXPECTED:
        ledger = evidence.ledgers[service]
        effects: dict[UUID, int] = defaultdict(int)
        for row in ledger.own:
            if row["type"] in possible:
                effects[row["causation_id"]] += 1
        for row in ledger.log:
            if row["type"] == trigger and effects[row["event_id"]] != 1:
                found.append(
                    Finding("causes_have_their_reaction", service, f"{trigger} at {row['position']} has {effects[row['event_id']]} effects")
                )
    return found


def deals_are_carried_through(evidence: Evidence) -> list[Finding]:
    """The ids that name a deal arrive unchanged: won deals have one contract each, registered contracts one order and their invoices."""
    found = []
    won = _ids(evidence, "opportunity-svc", "ltc.opportunity.won.v1", "opportunity_id")
    registered = _ids(evidence, "contract-svc", "ltc.contract.registered.v1", "opportunity_id")
    ordered = _ids(evidence, "order-svc", "ltc.order.received.v1", "contract_id")
    contracts = _ids(evidence, "contract-svc", "ltc.contract.registered.v1", "contract_id")
    billed = _ids(evidence, "billing-svc", "ltc.billing.invoice-issued.v1", "contract_id")
    if set(registered) - set(won) or len(set(registered)) != len(registered):
        found.append("a contract is registered for a deal that was not won, or twice")
    if sorted(ordered) != sorted(contracts):
        found.append(f"{len(contracts)} contracts registered, {len(ordered)} orders received")
    if set(billed) - set(contracts):
        found.append("an invoice names a contract that was not registered")
    return [Finding("deals_are_carried_through", "all", detail) for detail in found]


def _ids(evidence: Evidence, service: str, event_type: str, field: str) -> list[str]:
    return [json.loads(row["data"])[field] for row in evidence.ledgers[service].own if row["type"] == event_type]


def nothing_is_stuck(evidence: Evidence) -> list[Finding]:
    """No policy is parked, no message set aside but those of strangers, and all that was told was heard and reacted to."""
    late = [Finding("nothing_is_stuck", "all", lag) for lag in evidence.lag]
    return late + [
        Finding("nothing_is_stuck", service, f"{table}: {row.get('error') or row.get('reason')}")
        for service, ledger in evidence.ledgers.items()
        for table in ("parked", "set_aside")
        for row in ledger.side.get(table, [])
        if row.get("state") not in ("done", "skipped", "replayed", "resolved")
        and not (table == "set_aside" and mark_of(row) in evidence.marks)
    ]


CHECKS = (
    reactions_have_one_cause,
    commands_took_effect_once,
    causes_have_their_reaction,
    deals_are_carried_through,
    nothing_is_stuck,
)
