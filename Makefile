# Two commands do all the set-up on a fresh machine: `make run` and `make test`.
SHELL := bash
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export PORT ?= 8000

.PHONY: setup run test check prove bench screens lock

setup: $(VENV)/.stamp

$(VENV)/.stamp: requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it, or name it with PYTHON=..."; exit 1; }
	@if command -v uv >/dev/null; then uv venv -q --allow-existing --python $(PYTHON) $(VENV) && uv pip install -q -p $(VENV) -r requirements.lock; \
	else $(PYTHON) -m venv $(VENV) && $(BIN)/pip install -q --disable-pip-version-check -r requirements.lock; fi
	@touch $@

run: setup
	@PORTAL_DEMO=1 $(BIN)/flask --app app demo run

test: setup
	@bash tests/system_parts
	@$(BIN)/pytest -m "not prove" -n 2 --dist worksteal tests/unit tests/integration tests/architecture tests/workers
	@$(BIN)/pytest -m "not prove" -n 2 --maxschedchunk 1 tests/e2e

check: setup
	@$(BIN)/ruff check --output-format concise .
	@$(BIN)/ruff format --check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

prove: setup
	@bash tests/system_parts
	@$(BIN)/pytest -m prove -s

bench: setup
	@$(BIN)/python -m tests.bench --json instance/bench.json
	@OMP_NUM_THREADS=1 $(BIN)/python -m tests.bench.engines

screens: setup
	@bash tests/system_parts
	@$(BIN)/python -m tests.e2e.screens

lock:
	uv pip compile -q pyproject.toml --extra dev -o requirements.lock --no-header --no-annotate --no-emit-index-url --no-emit-find-links
