"""What senders were told is true: acknowledged commands took effect, refused ones did not, and none took effect twice."""

from collections import defaultdict

from .evidence import Attempt, Evidence, Row
from .finding import Finding
from .ids import derived


def acknowledged_commands_are_present(evidence: Evidence) -> list[Finding]:
    """Every command answered with 2xx has its idempotency answer and its events in the log, no later than the position it was told."""
    found = []
    for service, key, attempts in _by_key(evidence):
        if not any(attempt.outcome == "ok" for attempt in attempts):
            continue
        effects = _effects(evidence, service, attempts[0])
        told = [attempt.position for attempt in attempts if attempt.outcome == "ok" and attempt.position is not None]
        ledger = evidence.ledgers[service]
        if not effects:
            found.append(
                Finding("acknowledged_commands_are_present", service, f"{attempts[0].operation} {key} was acknowledged and has no effect")
            )
        elif told and effects[-1]["position"] > min(told):
            found.append(
                Finding(
                    "acknowledged_commands_are_present",
                    service,
                    f"{key} was acknowledged at {min(told)}, its effect is at {effects[-1]['position']}",
                )
            )
        if any(position > len(ledger.log) for position in told):
            found.append(
                Finding(
                    "acknowledged_commands_are_present",
                    service,
                    f"{key} was acknowledged at {max(told)}, the log ends at {len(ledger.log)}",
                )
            )
    return found


def refused_commands_have_no_effect(evidence: Evidence) -> list[Finding]:
    """A command that was definitely refused, and never accepted under its key, left nothing."""
    return [
        Finding("refused_commands_have_no_effect", service, f"{attempts[0].operation} {key} was refused and has an effect")
        for service, key, attempts in _by_key(evidence)
        if attempts[-1].outcome == "refused"
        and all(attempt.outcome == "refused" for attempt in attempts)
        and (_effects(evidence, service, attempts[0]) or _answer(evidence, service, attempts[0]))
    ]


def keys_have_one_answer(evidence: Evidence) -> list[Finding]:
    """Under one key there was one outcome: all successes carry the same bytes, and at most one command took effect."""
    found = []
    for service, key, attempts in _by_key(evidence):
        good = [attempt for attempt in attempts if attempt.outcome == "ok"]
        if len({(attempt.status, attempt.body) for attempt in good}) > 1:
            found.append(Finding("keys_have_one_answer", service, f"{key} was answered in {len(good)} different ways"))
    for service, ledger in evidence.ledgers.items():
        commands: dict[tuple[str, str, str], set[object]] = defaultdict(set)
        for row in ledger.side.get("answer", []):
            commands[row["subject"], row["operation"], row["key"]].add(row["command_id"])
        for row in ledger.side.get("answer", []):
            if row["command_id"] not in ledger.effects and _decides(row):
                found.append(
                    Finding("keys_have_one_answer", service, f"an answer is stored under {row['key']} whose command left no event")
                )
        found += [
            Finding("keys_have_one_answer", service, f"{key} has {len(ids)} commands") for key, ids in commands.items() if len(ids) > 1
        ]
    return found


def _decides(answer: Row) -> bool:
    """A 201 says that something was created, so its command must have left an event; a 204 may have found nothing left to do."""
    return bool(answer["status"] == 201)


def effects_have_their_answer(evidence: Evidence) -> list[Finding]:
    """A command with a key that left events left its answer beside them: a retry is answered as the first would have been."""
    return [
        Finding("effects_have_their_answer", service, f"{attempts[0].operation} {key} took effect and left no answer")
        for service, key, attempts in _by_key(evidence)
        if (effects := _effects(evidence, service, attempts[0]))
        and (_answer(evidence, service, attempts[0]) or {}).get("command_id") != effects[0]["command_id"]
    ]


def effects_are_as_many_as_commands(evidence: Evidence) -> list[Finding]:
    """A stream the journal created was created by exactly one of its keys: a retry made nothing new."""
    found = []
    for service, ledger in evidence.ledgers.items():
        creators: dict[object, set[object]] = defaultdict(set)
        for row in ledger.own:
            if row["version"] == 1:
                creators[row["stream"], row["stream_id"]].add(row["command_id"])
        made: dict[object, set[str]] = defaultdict(set)
        for attempt in evidence.journal:
            answer = _answer(evidence, service, attempt) if attempt.service == service and attempt.outcome == "ok" else None
            if answer is not None:
                made[answer["command_id"]].add(attempt.key)
        found += [
            Finding("effects_are_as_many_as_commands", service, f"{keys} share one command") for keys in made.values() if len(keys) > 1
        ]
        found += [
            Finding("effects_are_as_many_as_commands", service, f"{stream} was created twice")
            for stream, ids in creators.items()
            if len(ids) > 1
        ]
    return found


def _by_key(evidence: Evidence) -> list[tuple[str, str, list[Attempt]]]:
    groups: dict[tuple[str, str, str, str], list[Attempt]] = defaultdict(list)
    for attempt in evidence.journal:
        groups[attempt.service, attempt.subject, attempt.operation, attempt.key].append(attempt)
    return [(service, key, attempts) for (service, _, _, key), attempts in groups.items()]


def _answer(evidence: Evidence, service: str, attempt: Attempt) -> Row | None:
    return evidence.ledgers[service].answers.get((attempt.subject, attempt.operation, attempt.key))


def _effects(evidence: Evidence, service: str, attempt: Attempt) -> list[Row]:
    """The events of the command that this key stands for: its id follows from service, subject, operation and key."""
    command = derived("command", service, attempt.subject, attempt.operation, attempt.key)
    return evidence.ledgers[service].effects.get(command, [])


CHECKS = (
    acknowledged_commands_are_present,
    refused_commands_have_no_effect,
    keys_have_one_answer,
    effects_have_their_answer,
    effects_are_as_many_as_commands,
)
