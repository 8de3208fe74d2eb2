"""People of decision chains."""

from ltc_runtime.http import Api

people = Api("/people")
