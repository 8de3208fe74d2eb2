"""The catalogue is changed by a file, over HTTP."""

from cpq_desk import CATALOGUE, Desk, desk, good, refused, seen

__all__ = ["desk"]


async def test_a_catalogue_is_changed_by_the_difference_that_was_read_and_by_no_other(desk: Desk) -> None:
    new = CATALOGUE.replace("600.00", "550.00").replace("RACK,A rack,机柜", "SHELF,A shelf,架")
    read = await good(desk.mia, "/catalogue/difference", {"csv": new})
    assert [read[name] for name in ("added", "changed", "removed")] == [1, 1, 1]
    (change,) = read["difference"]["changed"]
    assert change["changes"] == [
        {"field": "cost", "old": {"amount": 60_000, "currency": "USD"}, "new": {"amount": 55_000, "currency": "USD"}}
    ]
    wrong = {"csv": new.replace("550.00", "540.00"), "difference_hash": read["difference_hash"]}
    assert await refused(desk.mia, "/catalogue", wrong) == (409, "difference-has-changed")
    assert await refused(desk.ann, "/catalogue", wrong) == (403, "forbidden")
    await good(desk.mia, "/catalogue", {"csv": new, "difference_hash": read["difference_hash"]})
    listed = (await seen(desk.ann, "/catalogue?on=2026-11-24"))["data"]
    assert [(row["product"], row["version"]) for row in listed] == [("SERVER", 2), ("SHELF", 2)]
    assert (await seen(desk.ann, "/catalogue?on=2019-12-31"))["data"] == []
    assert [row["product"] for row in (await seen(desk.ann, "/catalogue?name=架"))["data"]] == ["SHELF"]


async def test_a_file_with_lines_that_say_nothing_usable_changes_nothing(desk: Desk) -> None:
    broken = CATALOGUE + "SERVER,Again,,piece,1,USD,2021-01-01,,\nX,,,piece,,,2020-01-01,,\n"
    read = await good(desk.mia, "/catalogue/difference", {"csv": broken})
    assert [(each["line"], each["reason"][:30]) for each in read["invalid"]] == [
        (5, "name: String should have at le"),
        (4, "SERVER is there for 2021-01-01"),
    ]
    long = {"csv": "product,name,unit,valid_from\n" + "".join(f"P{n},A part,piece,2020-01-01\n" for n in range(10_001))}
    assert await refused(desk.mia, "/catalogue", {**long, "difference_hash": "0" * 64}) == (409, "catalogue-too-long")
    applied = {"csv": broken, "difference_hash": read["difference_hash"]}
    assert await refused(desk.mia, "/catalogue", applied) == (409, "sheet-unusable")
