"""The verifier of the examples, written from docs/formats.md alone, agrees with ``ltc verify``."""

import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from ltc_runtime.service import load
from ltc_stack.postgres import binaries

from tests.databases import Databases

ROOT = Path(__file__).parents[2]
VERIFIER = ROOT / "examples" / "verify_log.py"
DUMPS = sorted((ROOT / "tests" / "upgrade" / "data").glob("*/*.sql.gz"))


def verify(database: str) -> subprocess.CompletedProcess[str]:
    """Run it as its first lines say."""
    query = subprocess.run([sys.executable, VERIFIER, "--query"], capture_output=True, text=True, check=True).stdout
    rows = subprocess.run([binaries() / "psql", "-AtX", "-c", query, database], capture_output=True, text=True, check=True).stdout
    return subprocess.run([sys.executable, VERIFIER], input=rows, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.name.split(".")[0])
async def test_it_accepts_a_log_and_names_the_row_that_was_changed(databases: Databases, dump: Path) -> None:
    database = await databases.restore(load(dump.name.removesuffix(".sql.gz")), dump)
    whole = verify(database.superuser)
    assert (whole.returncode, whole.stdout.endswith(" rows, 0 problems\n")) == (0, True), whole.stdout
    connection = await asyncpg.connect(database.superuser)
    try:
        for column in ("occurred_at = occurred_at + interval '1 microsecond'", "actor = actor || 'x'", "data = '{}'"):
            await connection.execute(f"UPDATE log SET {column} WHERE position = 7")
            changed = verify(database.superuser)
            assert (changed.returncode, changed.stdout.splitlines()[0].split(":")[0]) == (1, "7"), column
    finally:
        await connection.close()
