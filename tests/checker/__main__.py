"""``python -m tests.checker --dsn lead-svc=postgresql://… --kafka 127.0.0.1:9092 --journal FILE``: 0 = sound, 1 = findings."""

import argparse
import asyncio
from pathlib import Path

from .evidence import gather
from .run import CHECKS, run


def main() -> int:
    """Gather, check, print one line per finding and one per check."""
    parser = argparse.ArgumentParser(prog="python -m tests.checker")
    parser.add_argument("--dsn", action="append", required=True, metavar="SERVICE=DSN")
    parser.add_argument("--kafka", metavar="HOST:PORT")
    parser.add_argument("--journal", type=Path)
    given = parser.parse_args()
    evidence = asyncio.run(gather(dict(pair.split("=", 1) for pair in given.dsn), given.kafka, given.journal))
    findings = run(evidence)
    for name in CHECKS:
        print(f"{name}: {sum(finding.check == name for finding in findings)}")
    for finding in findings:
        print(finding)
    return bool(findings)


if __name__ == "__main__":
    raise SystemExit(main())
