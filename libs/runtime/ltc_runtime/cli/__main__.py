"""``python -m ltc_runtime.cli``, where ``ltc`` is not on the path."""

from . import app

app()
