"""A process that imports this has a clock that can be made wrong.

``LTC_TEST_CLOCKS`` names a folder: at SIGUSR2 the process takes over how many seconds its clock is wrong from the file
there that is named as its process id. Its monotonic clock goes on as before.
"""

import datetime
import os
import signal
import time
from pathlib import Path
from typing import Any

_wrong = 0.0
_time, _time_ns, _datetime = time.time, time.time_ns, datetime.datetime


class _Same(type):
    """Whatever is a point in time for Python is one for whoever imported the class below."""

    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, _datetime)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, _datetime)


class _Wrong(datetime.datetime, metaclass=_Same):
    """Makes points in time of the usual class, and knows another now."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        return _datetime(*args, **kwargs)

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        return _datetime.fromtimestamp(time.time(), tz)


def _jump(*_: object) -> None:
    global _wrong
    _wrong = float((Path(os.environ["LTC_TEST_CLOCKS"]) / str(os.getpid())).read_text())


time.time = lambda: _time() + _wrong
time.time_ns = lambda: _time_ns() + int(_wrong * 1e9)
datetime.datetime = _Wrong  # type: ignore[misc]
signal.signal(signal.SIGUSR2, _jump)
