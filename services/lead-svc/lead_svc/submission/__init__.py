"""Submissions: what visitors of a web page send through a capture form."""

from ltc_runtime.service import Feature

from .api import capture

submission = Feature(api=capture)
