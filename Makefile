# `make demo` shows what this is, `make test` tests all of it. Both set up what they need inside this checkout.
PYTHON ?= python3
BIN := .venv/bin
# What the inner loop runs; `make check ARGS=tests/auth` runs something else.
QUICK := tests/templating tests/runner/test_globals.py tests/runner/test_identity.py tests/runner/test_short_way.py \
	tests/runner/steps/test_declare.py tests/runner/cli/test_yielding.py

.PHONY: help demo test check lint types contract bench lock setup clean

help:
	@echo "make demo   run the example: terraform under two different roles"
	@echo "make test   run the whole test suite"
	@echo "make check  the quick loop: lint, types, import contract, the quick tests (under a minute)"
	@echo "make bench  measure against the bare interpreter and other runners"
	@echo "make lock   pin the dependencies anew"

setup:
	@$(PYTHON) scripts/setup_venv.py

demo: setup
	@$(BIN)/python scripts/demo.py

test: setup
	@$(BIN)/python -m pytest -n auto --dist worksteal $(if $(ARGS),$(ARGS),--cov --cov-report=term:skip-covered)

check: setup lint types contract
	@$(BIN)/python -m pytest -n auto -x $(or $(ARGS),$(QUICK))

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .

types: setup
	@$(BIN)/mypy

contract: setup
	@$(BIN)/lint-imports --no-logo

bench:
	@$(PYTHON) scripts/setup_venv.py --bench
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.loading
	@$(BIN)/python -m bench.templates
	@$(BIN)/python -m bench.sessions
	@$(BIN)/python -m bench.steps
	@$(BIN)/python -m bench.workflows

lock: setup
	@$(BIN)/python scripts/lock.py

clean:
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
