# Two commands: `make run` and `make test`. Both set up what they need.
.DEFAULT_GOAL := help
UV_VERSION := 0.13.9
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export UV_PROJECT_ENVIRONMENT := $(VENV)
# What was compiled once is kept, whatever the machine says: every command starts in half the time.
unexport PYTHONDONTWRITEBYTECODE

help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

env: $(VENV)/.ready ## The environment, from locked and hashed dependencies

$(VENV)/.ready: pyproject.toml uv.lock
	@test -x $(BIN)/uv || $(PYTHON) -m venv $(VENV)
	@$(BIN)/uv --version 2>/dev/null | grep -q "$(UV_VERSION)" || $(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	@$(BIN)/uv sync --locked --quiet --inexact --python $(BIN)/python
	@touch $@

run: env ## A filled demo workspace on this machine; prints the address and how to sign in
	@$(BIN)/pejl demo

serve: env ## Your own workspace, in the data folder
	@$(BIN)/pejl serve

chromium: env
	@$(BIN)/python tests/chromium.py

# What asks no database, or brings its own, says the same twice, and so does the main job in Danish; the demo is
# filled there for the main job in English.
ONCE := tests/domain tests/adapters tests/cli tests/services/test_demo.py $(filter-out %/test_main_job.py,$(wildcard tests/browser/test_*.py))
test: env chromium ## Every test, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup
	PEJL_TEST_DATABASE=postgresql $(BIN)/python -m pytest -q -n 2 --dist loadgroup $(ONCE:%=--ignore=%) \
		-k 'not test_main_job or en'

check: env ## Style, types, layers, templates, translations, migrations, docs
	$(BIN)/ruff check src tests bench tools
	$(BIN)/ruff format --check src tests bench tools
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.check

translate: env ## Collects texts from code and templates into the catalogue
	$(BIN)/python -m tools.translate

bench: env ## Speed as ratios in one run
	$(BIN)/python -m bench.checkin

.PHONY: help env run serve chromium test check translate bench
