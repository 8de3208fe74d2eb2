# OpenLTC. `make help` explains the targets.
PYTHON ?= python3
VENV := .venv
# The certificates that the machine trusts, not only those that uv and requests (which fetches Kafka's jars) bring.
export UV_SYSTEM_CERTS ?= 1
export REQUESTS_CA_BUNDLE ?= $(wildcard /etc/ssl/certs/ca-certificates.crt)
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
INPUT ?=
ONLY ?=
TESTS ?=
WORKERS ?= 2
# Each is type-checked by itself: their modules are called alike (test_api, conftest).
TEST_ROOMS := $(wildcard libs/*/tests) libs/runtime/tests/http_api libs/runtime/tests/messaging $(wildcard apps/*/tests services/*/tests)

.DEFAULT_GOAL := help
.PHONY: help setup demo up down status test check campaign defects format bench map env-example clean

help: ## Explain the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Install everything into .venv, from the lock file, every package checked against its hash

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "OpenLTC needs Python 3.11 or newer; say which by PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@grep -A 1000 '^uv==' requirements.lock | awk 'NR > 1 && /^[a-z]/ {exit} {print}' > $(VENV)/uv.lock
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 libs apps services
	@touch $@

demo: setup ## Deals from a file, from lead to cash, on real servers (INPUT=FILE for another file)
	@$(BIN)/ltc demo $(if $(INPUT),--input '$(INPUT)')

up: setup ## Start the same stack and leave it running
	@$(BIN)/ltc up

down: ## Stop it; its data stays
	@$(BIN)/ltc down

status: ## How every service is doing
	@$(BIN)/ltc status

test: $(if $(TESTS),setup,check) ## Everything that is tested, on real PostgreSQL and real Kafka (TESTS=path for a part; WORKERS=2; LTC_STACK=containers)
	@$(BIN)/python -m pytest $(if $(TESTS),,-n $(WORKERS) --dist loadfile --no-loadscope-reorder) $(TESTS)

check: setup ## Lint, format, types and import rules
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/mypy tests
	@for room in $(TEST_ROOMS); do MYPYPATH=$$room:libs/runtime/tests:examples $(BIN)/mypy --explicit-package-bases --exclude "^$$room/(http_api|messaging)/" $$room || exit 1; done
	@$(BIN)/lint-imports

campaign: setup ## Faults without end under load, then every check (SECONDS=1200 SEED=1; FAULTS=no for none, ONLY=name for one)
	@$(BIN)/python -m tests.campaign --seconds $(or $(SECONDS),1200) --seed $(or $(SEED),1) $(if $(filter no,$(FAULTS)),--no-faults) $(if $(ONLY),--only '$(ONLY)')

defects: setup ## Plants defects in the running services, one by one: the checker must find each (ONLY=name for one)
	@$(BIN)/python -m tests.campaign.defects $(ONLY)

format: setup ## Put the code into shape
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: setup ## Measure, each figure beside its neighbour in the same run (ONLY=name for one; LTC_BENCH_EVENTS=10000 for a small backlog, LTC_BENCH_ROWS=100000 for a small import)
	@$(BIN)/python -m benchmarks $(ONLY)

map: setup ## Who hears whom, and which role may do what, printed from the code
	@$(BIN)/ltc map

env-example: setup ## Write .env.example from the settings
	@$(BIN)/python -m ltc_runtime.settings > .env.example

clean: ## Delete the data of the embedded stack (stop it first)
	@! $(BIN)/ltc status --json > /dev/null 2>&1 || (echo 'a stack runs here; make down' && false)
	rm -rf .ltc
