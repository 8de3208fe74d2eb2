"""A lead and its touches."""

from datetime import UTC, datetime
from uuid import UUID

from lead_svc.lead.rules.touch import LogTouch

LEAD, OTHER, THIRD = UUID(int=1), UUID(int=3), UUID(int=4)


TOUCH = UUID(int=3)


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


call = LogTouch(lead_id=LEAD, touch_id=TOUCH, kind="call", direction="out", at=NOON, now=NOON, actor="ann")
