"""The export of another system, taken over as history: counted, and nothing else."""

from pathlib import Path

import asyncpg
import pytest

from ..cli_runner import ltc
from ..deals import OPPORTUNITIES
from ..platform import Platform

pytestmark = pytest.mark.stack

PIPELINE = """opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
A1,Moses Frase,GTX Pro,Acme,Won,2017-01-01,2017-01-31,4821
A2,Moses Frase,GTXPro,Acme,Won,2017-01-01,2017-03-02,5000
A3,Moses Frase,GTX Pro,,Lost,2017-01-01,2017-02-01,0
A4,Moses Frase,MG Special,Acme,Engaging,2017-01-01,,
A5,Moses Frase,MG Special,Acme,Prospecting,,,
A6,Moses Frase,Nowhere,Acme,Won,2017-01-01,2017-01-31,10
"""

FOLLOWED = """
SELECT count(*) FROM log WHERE origin IS NULL
AND causation_id IN (SELECT event_id FROM log WHERE type = 'ltc.opportunity.imported.v1')
"""


def export(directory: Path) -> Path:
    """What the other system exports."""
    (directory / "products.csv").write_text("product,series,sales_price\nGTX Pro,GTX,4821\nMG Special,MG,55\n")
    (directory / "sales_teams.csv").write_text("sales_agent,manager,regional_office\nMoses Frase,Dustin Brinkmann,Central\n")
    (directory / "old_crm.csv").write_text(PIPELINE)
    return directory / "old_crm.csv"


async def test_an_export_is_counted_once_and_nothing_follows_from_it(platform: Platform, tmp_path: Path) -> None:
    file = str(export(tmp_path))
    first = await ltc(platform, "import", file, "--history")
    assert first.code == 1, "a row was refused"
    assert "6 rows: 5 imported, 0 known already, 1 refused" in first.out
    assert "line 7: product: 'Nowhere' has no price in USD" in first.out
    assert "two spellings of one product: 'GTX Pro' is written 'GTXPro' in 1 row" in first.out
    assert "open 2  won 2  lost 1\nwin rate 66.67%\nmedian won cycle 45 days\nwon 9,821.00 USD" in first.out
    again = await ltc(platform, "import", file, "--history")
    assert "6 rows: 0 imported, 5 known already, 1 refused" in again.out
    assert again.out.split("refused")[1].split("\n")[1:] == first.out.split("refused")[1].split("\n")[1:], "the same figures"

    for name in platform.stack.names:
        connection = await asyncpg.connect(platform.stack.databases[name].owner)
        try:
            assert await connection.fetchval(FOLLOWED) == 0, name
        finally:
            await connection.close()
    connection = await asyncpg.connect(platform.stack.databases[OPPORTUNITIES].owner)
    try:
        ids = "SELECT event_id FROM log WHERE type = 'ltc.opportunity.imported.v1'"
        assert await connection.fetchval(f"SELECT count(*) FROM timer WHERE (meta->>'causation_id')::uuid IN ({ids})") == 0
    finally:
        await connection.close()


async def test_a_file_of_no_known_form_is_refused_with_what_was_expected(platform: Platform, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    said = await ltc(platform, "import", str(tmp_path / "odd.csv"), "--history")
    assert (said.code, "the header is none we know" in said.err) == (2, True), said.err
    bare = await ltc(platform, "import", str(tmp_path / "odd.csv"))
    assert (bare.code, "choose --history or --leads" in bare.err) == (2, True), bare.err
