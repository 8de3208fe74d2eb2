"""``python -m tests.campaign.defects [name …]``: 0 = the checker found every defect, and nothing where none was planted."""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence

import structlog

from .catalogue import DEFECTS
from .defect import Defect
from .run import LIMIT, Verdict, planted_and_found, without


async def compare(groups: Sequence[Sequence[Defect]], limit: float) -> tuple[dict[str, Verdict], dict[str, Verdict]]:
    """Every scenario without its defect, then with it."""
    sound = await without(defect for group in groups for defect in group)
    for name, verdict in sound.items():
        for finding in verdict.findings[:5]:
            print(f"false alarm where {name} was not planted: {finding}", flush=True)
    broken: dict[str, Verdict] = {}
    for group in groups:
        verdict = await planted_and_found(group, limit)
        for defect in group:
            broken[defect.name] = verdict
            print(line(defect, verdict), flush=True)
        if not all(map(verdict.found, group)):
            print("\n".join(f"    {finding}" for finding in verdict.findings[:5]), flush=True)
    return sound, broken


def line(defect: Defect, verdict: Verdict) -> str:
    """A row of the table."""
    found = [check for check in verdict.checks if check in defect.shown_by]
    said = ", ".join(found) if verdict.found(defect) else "NOT FOUND"
    others = len(verdict.checks) - len(found)
    return f"| {defect.name} | {defect.breaks} | {defect.guarantee} | {said}{f' (+{others})' if others else ''} | {verdict.seconds:.0f} |"


def table(defects: Sequence[Defect], sound: Mapping[str, Verdict], broken: Mapping[str, Verdict]) -> str:
    """All of it, in Markdown."""
    head = ["| defect | breaks | guarantee | found by (and so many other checks) | seconds |", "|--|--|--|--|--|"]
    found = sum(broken[defect.name].found(defect) for defect in defects)
    alarms = sum(bool(verdict.findings) for verdict in sound.values())
    foot = f"{found} of {len(defects)} found; {alarms} false alarms"
    return "\n".join([*head, *(line(defect, broken[defect.name]) for defect in defects), "", foot])


def groups_of(names: Sequence[str]) -> list[list[Defect]]:
    """``one two+three``: the first alone on a stack, the two others together on the next; all alone where none is named."""
    known = {defect.name: defect for defect in DEFECTS}
    asked = [name.split("+") for name in names or known]
    if unknown := {name for group in asked for name in group} - known.keys():
        raise SystemExit(f"no such defect: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return [[known[name] for name in group] for group in asked]


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign.defects", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help="of the defects, all if left out; name+name plants two on one stack")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds within which each is to be found")
    given = parser.parse_args()
    groups = groups_of(given.names)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    sound, broken = asyncio.run(compare(groups, given.limit))
    defects = [defect for group in groups for defect in group]
    print("\n" + table(defects, sound, broken))
    alarmed = any(verdict.findings for verdict in sound.values())
    return int(alarmed or not all(broken[defect.name].found(defect) for defect in defects))


if __name__ == "__main__":
    sys.exit(main())
