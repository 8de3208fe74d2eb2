"""contract-svc: from the accepted quote to a contract in force, and until everything is delivered and paid."""

from ltc_runtime.service import Service

from .contract import contract

service = Service("contract-svc", contract)
