# `make run` and `make test` are all one needs; `make help` lists the rest.
SHELL := /bin/bash
PY := .venv/bin/python
export OMP_NUM_THREADS ?= 2
export OPENBLAS_NUM_THREADS ?= 1
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL ?= 3

.DEFAULT_GOAL := help
.PHONY: help run test soak install train check pictures bench eval eval-public lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: install ## set up what is missing and serve on http://127.0.0.1:8000
	@$(PY) -m bot serve

install: ## make .venv and train the model if anything changed
	@scripts/environment.sh requirements.lock
	@$(PY) -m bot train --if-changed

train: ## train the model anew
	@scripts/environment.sh requirements.lock
	@$(PY) -m bot train

check: ## validate all content
	@scripts/environment.sh requirements.lock
	@$(PY) -m bot check

test: ## set up what tests need and run them all: lint, types, imports, data, unit, conversations, browser
	@scripts/test.sh

soak: ## 10,000 random courses of hand-overs on SQLite and on PostgreSQL, each time others (an hour)
	@scripts/environment.sh requirements-dev.lock
	@SOAK_EXAMPLES=$(or $(EXAMPLES),10000) $(PY) -m pytest -n 2 tests/bot/test_handover_machine.py

pictures: ## every page and widget state as a picture, in var/pictures/
	@scripts/environment.sh requirements-dev.lock
	@$(PY) -m bot train --if-changed
	@$(PY) -m tests.browser.pictures

bench: ## measure this bot beside Rasa's stock layout; writes docs/benchmarks/
	@scripts/environment.sh requirements-dev.lock
	@$(PY) -m bot train --if-changed
	@$(PY) -m benchmarks
	@$(PY) -m benchmarks.channels
	@$(PY) -m benchmarks.site
	@$(PY) -m benchmarks.desk

eval: ## ask every held-out question and write docs/quality/
	@scripts/environment.sh requirements-dev.lock
	@$(PY) -m bot train --if-changed
	@$(PY) -W ignore -m evaluation

eval-public: ## the same classifier on public sets: make eval-public SETS=folder
	@scripts/environment.sh requirements-dev.lock
	@$(PY) -W ignore -m evaluation.public $(or $(SETS),public)

lock: ## resolve pyproject.toml into the two lock files (needs uv)
	uv pip compile -q -p 3.10 --generate-hashes --no-header --no-emit-index-url --no-annotate pyproject.toml -o requirements.lock
	uv pip compile -q -p 3.10 --generate-hashes --no-header --no-emit-index-url --no-annotate --extra dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean: ## remove what was made: .venv, models, caches (conversations in var/ stay)
	rm -rf .venv models .rasa .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache var/cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
