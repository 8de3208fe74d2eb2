"""The capture of leads by sales, with a look for duplicates of the party."""

from ltc_runtime.service import Feature

from .api import captures

lead_capture = Feature(api=captures)
