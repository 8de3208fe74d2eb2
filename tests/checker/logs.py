"""Each log by itself: dense, contiguous, chained, acknowledged."""

from collections import Counter, defaultdict

from .chain import GENESIS, digest
from .evidence import Evidence, Ledger
from .finding import Finding


def positions_are_dense(evidence: Evidence) -> list[Finding]:
    """Positions run 1, 2, 3 … up to the head, none missing, none beyond it."""
    found = []
    for service, ledger in evidence.ledgers.items():
        positions = [row["position"] for row in ledger.log]
        head = ledger.side["head"][0]["position"]
        if positions != list(range(1, len(positions) + 1)):
            gap = next(index for index, position in enumerate(positions, 1) if position != index)
            found.append(Finding("positions_are_dense", service, f"position {gap} is missing"))
        if head != (positions[-1] if positions else 0):
            found.append(
                Finding("positions_are_dense", service, f"the head says {head}, the log ends at {positions[-1] if positions else 0}")
            )
    return found


def streams_are_contiguous(evidence: Evidence) -> list[Finding]:
    """Per own stream, versions run 1, 2, 3 … in log order; a stream has one kind; no event id occurs twice."""
    found = []
    for service, ledger in evidence.ledgers.items():
        versions: dict[tuple[str, object], list[int]] = defaultdict(list)
        for row in ledger.own:
            versions[row["stream"], row["stream_id"]].append(row["version"])
        for (kind, stream), series in versions.items():
            if series != list(range(1, len(series) + 1)):
                found.append(Finding("streams_are_contiguous", service, f"{kind} {stream} has versions {series}"))
        for event, times in Counter(row["event_id"] for row in ledger.log).items():
            if times > 1:
                found.append(Finding("streams_are_contiguous", service, f"event {event} is in the log {times} times"))
    return found


def chain_verifies(evidence: Evidence) -> list[Finding]:
    """Every row's hash follows from the row before and its own fields; the head holds the last one."""
    return [finding for ledger in evidence.ledgers.values() for finding in _chain(ledger)]


def _chain(ledger: Ledger) -> list[Finding]:
    previous = GENESIS
    for row in ledger.log:
        expected = digest(previous, row)
        if bytes(row["hash"]) != expected:
            return [Finding("chain_verifies", ledger.service, f"position {row['position']} does not have the hash of its content")]
        previous = expected
    if ledger.log and bytes(ledger.side["head"][0]["hash"]) != previous:
        return [Finding("chain_verifies", ledger.service, "the head's hash is not the last row's")]
    return []


def partitions_are_linked(evidence: Evidence) -> list[Finding]:
    """``prev`` is the told event before in the partition; the head's tails are the last ones; one stream has one partition."""
    found = []
    for service, ledger in evidence.ledgers.items():
        last: dict[int, int] = defaultdict(int)
        homes: dict[tuple[str, object], int] = {}
        for row in ledger.told:
            if row["prev"] != last[row["partition"]]:
                found.append(
                    Finding(
                        "partitions_are_linked",
                        service,
                        f"position {row['position']} says prev {row['prev']}, it is {last[row['partition']]}",
                    )
                )
            last[row["partition"]] = row["position"]
            if homes.setdefault((row["stream"], row["stream_id"]), row["partition"]) != row["partition"]:
                found.append(Finding("partitions_are_linked", service, f"{row['stream']} {row['stream_id']} is told in two partitions"))
        tails = ledger.side["head"][0]["tails"] or []
        if any(tails[number] != position for number, position in last.items()):
            found.append(Finding("partitions_are_linked", service, f"the head's tails are {tails}, the log's {dict(last)}"))
    return found


CHECKS = (positions_are_dense, streams_are_contiguous, chain_verifies, partitions_are_linked)
