"""``python -m ltc_cli``, where ``ltc`` is not on the path."""

from . import app

app()
