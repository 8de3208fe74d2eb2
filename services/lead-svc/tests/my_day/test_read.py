"""What waits for one of us today, on a real log."""

from typing import Any

import httpx
from leads import captured, done, owned
from my_day_facts import BODY, day


async def test_my_day_shows_what_is_due_late_breached_and_untouched_of_mine_alone(served: Any, ann: httpx.AsyncClient) -> None:
    async with served.client("max", "sales_manager") as boss:
        await done(boss, "/rule-books/response", **BODY)
        await done(boss, "/rule-books/response/1/activate")
    silent, slow, quick = [await owned(ann, "ann") for _ in range(3)]
    await owned(ann, "bob")
    await captured(ann)
    await served.react()
    await done(ann, f"/leads/{quick}/interactions", kind="call")
    assert await day(ann) == {"due": [silent, slow], "late": [], "breached": [], "untouched": []}
    served.pass_days(1)
    await served.react()
    await done(ann, f"/leads/{slow}/interactions", kind="call")
    assert await day(ann) == {"due": [], "late": [silent], "breached": [slow], "untouched": []}
    served.pass_days(3)
    assert await day(ann, untouched_days=3) == {"due": [], "late": [silent], "breached": [slow], "untouched": [silent, quick]}
    await done(ann, f"/leads/{silent}/disqualify", reason="No")
    assert await day(ann, untouched_days=3) == {"due": [], "late": [], "breached": [slow], "untouched": [quick]}


async def test_a_day_is_for_sales(served: Any) -> None:
    async with served.client("fin", "finance") as finance:
        assert (await finance.get("/my-day")).status_code == 403
