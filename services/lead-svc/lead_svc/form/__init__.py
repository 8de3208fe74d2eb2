"""Capture forms: web pages that send leads."""

from ltc_runtime.service import Feature

from .api import forms
from .read import form_list
from .rules import decider

form = Feature(api=forms, deciders=(decider,), projections=(form_list,))
