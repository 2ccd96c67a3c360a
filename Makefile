# `make` alone lists the commands.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
SEED ?= 1
RUNS ?= 2000
DB ?= sqlite
# On every core; `pytest path` alone runs in one process.
PARALLEL ?= -n auto --maxprocesses 8 --dist loadgroup

help: ## List the commands.
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Carnet needs Python 3.11 or newer: make PYTHON=python3.11 …"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

install: .venv/.installed ## Install into .venv, from the locked versions.

run: install ## Start the server on SQLite with a fictional family.
	@exec $(BIN)/carnet serve --demo

test: install ## Run the tests that need nothing but Python.
	$(BIN)/pytest $(PARALLEL)

migrate: install ## Bring the database up to date.
	$(BIN)/carnet migrate

openapi: install ## Write openapi/ from the code.
	$(BIN)/python -m backend.describe

lint: install ## Check style.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install ## Check types.
	$(BIN)/mypy

imports: install ## Check who imports whom.
	$(BIN)/lint-imports --no-cache

check: lint types imports test ## Everything before a commit.

conformance: install ## Run the contracts on one database: DB=sqlite or DB=postgresql.
	@if [ "$(DB)" = postgresql ] && [ -z "$$CARNET_TEST_POSTGRESQL" ]; then \
		CARNET_TEST_DB=$(DB) .ci/with_postgresql $(BIN)/pytest $(PARALLEL) tests/conformance tests/integration; \
	else CARNET_TEST_DB=$(DB) $(BIN)/pytest $(PARALLEL) tests/conformance tests/integration; fi

simulate: install ## Run simulations: SEED=1 RUNS=2000.
	$(BIN)/python -m tests.simulation.run --seed $(SEED) --runs $(RUNS) --jobs 2

bench: install ## Measure against a bare handler; prints a table, and JSON with BENCH=json.
	$(BIN)/python -m tests.bench.run $(if $(BENCH),--$(BENCH))

lock: install ## Resolve the dependencies anew into requirements.lock.
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --extra dev --extra postgres pyproject.toml -o requirements.lock

clean: ## Remove what was installed and measured; never data.
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: help install run test migrate openapi lint types imports check conformance simulate bench lock clean
