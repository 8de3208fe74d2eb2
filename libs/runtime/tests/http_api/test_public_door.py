"""The public waits behind those who work here, and takes at most its share."""

import pytest
from ltc_runtime.http.admission import Admission
from ltc_runtime.http.admission_queue import Door
from ltc_runtime.http.call import Caller
from ltc_runtime.http.problems import TooManyRequests


def test_however_many_come_from_outside_they_fill_half_the_house_at_most() -> None:
    door = Door(Admission(inside=4), wait_seconds=0.1)
    for _ in range(2):
        assert door.enter_public("submit_form").visit.kind == "import"
    with pytest.raises(TooManyRequests):
        door.enter_public("submit_form")
    assert door.enter("command", Caller("ann", frozenset({"sales"}))).visit.kind == "command"
