"""A read model is what its log says: dropped and built anew, every row is the same."""

from collections import Counter

from .evidence import Evidence, canonical
from .finding import Finding


def models_equal_a_rebuild(evidence: Evidence) -> list[Finding]:
    """The rows people read are the rows a rebuild gives, table by table."""
    found = []
    for service, rebuilt in (evidence.rebuilt or {}).items():
        live = evidence.ledgers[service].models
        for table in sorted(live.keys() | rebuilt.keys()):
            before, after = (Counter(map(canonical, side.get(table, []))) for side in (live, rebuilt))
            if before != after:
                extra, missing = sum((before - after).values()), sum((after - before).values())
                example = next(iter((before - after) or (after - before)))
                found.append(
                    Finding(
                        "models_equal_a_rebuild", service, f"{table}: {extra} rows no rebuild gives, {missing} it lacks: {example[:200]}"
                    )
                )
    return found


CHECKS = (models_equal_a_rebuild,)
