"""Parties that may be one company."""

from ltc_runtime.http import Api

duplicates = Api("/duplicates")
