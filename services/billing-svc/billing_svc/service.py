"""billing-svc: from what is due to the money that settles it."""

from ltc_runtime.service import Service

from .invoice import invoice
from .plan import plan
from .receipt import receipt
from .totals import totals

service = Service("billing-svc", invoice, receipt, plan, totals)
