"""Previews of rules: what a draft would do with the leads of today, and the back-test of a scoring model."""

from ltc_runtime.service import Feature

from . import read  # noqa: F401  its queries register on the api
from .api import previews

rule_preview = Feature(api=previews)
