"""The public waits behind those who work here, and takes at most its share."""

import pytest
from ltc_runtime.http.admission import Admission
from ltc_runtime.http.admission_queue import AdmissionQueue
from ltc_runtime.http.caller import Caller
from ltc_runtime.http.problems import TooManyRequests


def test_however_many_come_from_outside_they_fill_half_the_house_at_most() -> None:
    admission = AdmissionQueue(Admission(inside=4), wait_seconds=0.1)
    for _ in range(2):
        assert admission.enter_public("submit_form").visit.kind == "import"
    with pytest.raises(TooManyRequests):
        admission.enter_public("submit_form")
    assert admission.enter("command", Caller("ann", frozenset({"sales"}))).visit.kind == "command"
