# `make demo` shows what this is, `make test` tests all of it. Both set up what they need inside this checkout.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test check lint types contract bench lock setup clean

help:
	@echo "make demo   run the example: terraform under two different roles"
	@echo "make test   run the whole test suite"
	@echo "make check  the quick loop: lint, types, import contract, unit tests (under a minute)"
	@echo "make bench  measure against the bare interpreter and other runners"
	@echo "make lock   pin the dependencies anew"

setup:
	@$(PYTHON) scripts/setup_venv.py

demo: setup
	@$(BIN)/python scripts/demo.py

test: setup
	@$(BIN)/python -m pytest -n auto --dist worksteal $(if $(ARGS),$(ARGS),--cov --cov-report=term:skip-covered)

check: setup lint types contract
	@$(BIN)/python -m pytest -n auto -x -m "not conformance and not slow" $(ARGS)

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

lock: setup
	@$(BIN)/python scripts/lock.py

clean:
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
