"""My day: what waits for the caller."""

from ltc_runtime.service import Feature

from .read import my_day as api

my_day = Feature(api=api)
