"""Leads of other systems, taken over from their files, find their owners and become cash."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ..api_client import MAX, Person
from ..cli_runner import ltc
from ..deals import CONTRACTS, Deal
from ..platform import Platform
from ..story_client import StoryClient, facts, told_of_deal

pytestmark = pytest.mark.stack

FAIR = """Lead ID,Company,First Name,Last Name,Email,Phone,Lead Source,Product Interest
00Q-1,Halden Ridge Water,Nora,Castellan,nora.castellan@halden.example,+1 555 0141,Trade Show,Pumps for two wells
00Q-2,Marlow Creek Utilities,Felix,Dorsey,felix.dorsey@marlow.example,,Trade Show,Pumps
00Q-3,,Tessa,Harrow,tessa.harrow@nowhere.example,,Trade Show,Price list
00Q-4,Northgate Bottling,Amara,Brandal,amara.brandal@northgate.example,,Trade Show,Training
00Q-5,Quarry Works,Iven,Sorley,nobody,,Trade Show,Pumps
00Q-6,Tarn Paper,Odile,Fenwick,odile.fenwick@tarn.example,,Trade Show,Pumps
"""
PEOPLE = {"nora.castellan@halden.example", "Castellan", "tessa.harrow@nowhere.example", "Harrow", "Sorley", "odile.fenwick@tarn.example"}
BY_TURNS = {"rules": [{"name": "Fairs", "channels": ["exhibition"], "owners": ["ira", "kit"]}, {"name": "Others", "owners": ["cem"]}]}
DONE = {"status": "finished", "failure": None}


async def taken(story: StoryClient, file: bytes, mapping: str = "salesforce", *, dry_run: bool = False) -> dict[str, Any]:
    """What became of a file: its counts, and the rows that were refused."""
    path = f"/leads/imports?mapping={mapping}&dry_run={str(dry_run).lower()}"
    begun = f"/leads/imports/{(await story.do('import_leads', path, MAX, file))['import_id']}"
    shown = await story.until(begun, lambda now: now["status"] != "running")
    errors = {row["line"]: row["reason"] for row in (await story.look(f"{begun}/errors"))["data"]}
    return {"errors": errors, **{name: shown[name] for name in ("status", "failure", "rows", "new", "known", "refused")}}


async def by_company(story: StoryClient, channel: str) -> dict[str, dict[str, Any]]:
    """The leads of a channel, as soon as all of them have an owner."""
    page = await story.until(f"/leads?channel={channel}", lambda now: all(row["owner"] for row in now["data"]))
    return {row["company"]: row for row in page["data"]}


async def test_a_lead_of_a_file_is_tried_taken_over_given_an_owner_in_turns_and_becomes_cash(office: Platform) -> None:
    story = StoryClient(office, "fair")
    office.people |= PEOPLE
    version = await story.rules("assignment", BY_TURNS)
    wrong = {4: "company: is missing", 6: "email: is no mail address"}
    tried = await taken(story, FAIR.encode(), dry_run=True)
    assert tried == {**DONE, "rows": 6, "new": 4, "known": 0, "refused": 2, "errors": wrong}
    assert (await story.look("/leads?channel=exhibition"))["data"] == [], "a dry run takes nothing over"
    assert await taken(story, FAIR.encode()) == {**DONE, "rows": 6, "new": 4, "known": 0, "refused": 2, "errors": wrong}
    assert await taken(story, FAIR.encode()) == {**DONE, "rows": 6, "new": 0, "known": 4, "refused": 2, "errors": wrong}

    leads = await by_company(story, "exhibition")
    owners = [leads[name]["owner"] for name in ("Halden Ridge Water", "Marlow Creek Utilities", "Northgate Bottling", "Tarn Paper")]
    assert owners == ["ira", "kit", "ira", "kit"]
    first = leads["Halden Ridge Water"]
    assert (first["rule"], first["assignment"]) == ("Fairs", "Fairs: channel exhibition")
    assert (await story.look(f"/leads/{first['lead_id']}/contact"))["email"] == "nora.castellan@halden.example"

    deal = Deal(office.api_client, "fair")
    deal.ids["lead"] = first["lead_id"]
    await deal.convert()
    await deal.win()
    await deal.register()
    await (await deal.confirm()).deliver()
    await deal.pay(await deal.invoices(deal.net))
    await story.until(f"/contracts/{deal.ids['contract']}", lambda now: now["status"] == "closed", at=CONTRACTS)

    evidence = await office.assert_sound()
    (assigned,) = facts(evidence, "lead.assigned", about=deal.ids["lead"])
    assert (assigned["owner"], assigned["how"], assigned["rule"], assigned["rules_version"]) == ("ira", "rule", "Fairs", version)
    assert told_of_deal(evidence, deal.ids["lead"]) >= {
        "lead.captured", "lead.qualified", "lead.converted", "opportunity.opened", "opportunity.won", "contract.signed",
        "contract.registered", "order.received", "order.delivery-accepted", "billing.invoice-issued", "contract.closed",
    }  # fmt: skip
    captured = [fact["company"] for fact in facts(evidence, "lead.captured", about='"exhibition"')]
    assert sorted(captured) == sorted(leads), "each row was told of once"


def workbook(*rows: tuple[Any, ...]) -> bytes:
    """An export as people of that system get it."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


async def test_a_workbook_in_chinese_comes_again_with_one_more_row_and_only_that_one_is_new(office: Platform) -> None:
    story = StoryClient(office, "workbook")
    office.people |= {"沈若澜", "13800138017", "pei.anshan@qingshi.example"}
    await story.rules("assignment", {"rules": [{"name": "合作伙伴", "channels": ["network"], "owners": ["tang.yue"]}, *BY_TURNS["rules"]]})
    head = ("数据ID", "公司名称", "联系人", "手机", "邮箱", "线索来源", "需求描述")
    shen = ("JDY-17", "瀚澜水务有限公司", "沈若澜", 13800138017, "", "合作伙伴", "海岛供水的泵")
    pei = ("JDY-18", "青石纸业有限公司", "裴安山", "", "pei.anshan@qingshi.example", "合作伙伴", "中水回用")
    nobody = ("JDY-19", "", "无名", "", "", "合作伙伴", "")
    first = await taken(story, workbook(head, shen, nobody), "jiandaoyun")
    assert first == {**DONE, "rows": 2, "new": 1, "known": 0, "refused": 1, "errors": {3: "company: is missing"}}
    again = await taken(story, workbook(head, (*shen[:6], "另一句话"), nobody, pei), "jiandaoyun")
    assert (again["new"], again["known"], again["refused"]) == (1, 1, 1)
    leads = await by_company(story, "network")
    assert {name: row["owner"] for name, row in leads.items()} == {"瀚澜水务有限公司": "tang.yue", "青石纸业有限公司": "tang.yue"}
    assert leads["瀚澜水务有限公司"]["need"] == "海岛供水的泵", "a row that is known changes nothing"
    contact = await story.look(f"/leads/{leads['瀚澜水务有限公司']['lead_id']}/contact")
    assert (contact["name"], contact["phone"]) == ("沈若澜", "13800138017")

    notices = (await story.look("/inbox?unread=true"))["data"]
    assert {"import_finished"} <= {row["kind"] for row in notices}
    told = await story.look("/inbox", Person("tang.yue", ("sales",)))
    assert {row["company"] for row in told["data"] if row["kind"] == "lead_assigned"} == set(leads)
    await office.assert_sound()


async def test_an_own_mapping_is_data_and_an_operator_takes_a_file_over_by_it(office: Platform, tmp_path: Path) -> None:
    story = StoryClient(office, "own-mapping")
    office.people |= {"perrin.vale@osier.example"}
    own = {"company": ["Firm"], "columns": {"key": ["No"], "email": ["Mail"], "need": ["Wish"]}, "otherwise": "research"}
    await story.rules("import", {"mappings": {"erp": own}})
    file = tmp_path / "erp.csv"
    file.write_text("No;Firm;Mail;Wish\n7;Osier Mills;perrin.vale@osier.example;Pumps\n8;;;\n")
    asked = ("import", str(file), "--leads", "--mapping", "erp")
    tried = await ltc(office, *asked, "--dry-run")
    assert "2 rows: 1 would be new leads, 0 known already, 1 refused" in tried.out, tried.err
    done = await ltc(office, *asked)
    assert (done.code, "2 rows: 1 new leads, 0 known already, 1 refused" in done.out) == (1, True), done.err
    assert "line 3: company: is missing" in done.out
    again = await ltc(office, *asked)
    assert "2 rows: 0 new leads, 1 known already, 1 refused" in again.out
    leads = await story.until("/leads?channel=research", lambda now: now["data"] != [])
    assert [(row["company"], row["need"]) for row in leads["data"]] == [("Osier Mills", "Pumps")]
    unknown = await ltc(office, "import", str(file), "--leads", "--mapping", "sap")
    assert (unknown.code, "unknown-mapping" in unknown.err) == (4, True), unknown.err
    await office.assert_sound()
