"""Days and addresses of the daily mail."""

from datetime import UTC, datetime
from uuid import UUID

BOX, SUBJECT, FIRST, SECOND = (UUID(int=number) for number in range(1, 5))


FRIDAY, MONDAY = datetime(2026, 11, 27, 15, tzinfo=UTC), datetime(2026, 11, 30, 9, tzinfo=UTC)


SEALED = f"sealed.v1.{SUBJECT}.{'A' * 40}"
