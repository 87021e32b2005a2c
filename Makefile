# Every verb sets up what it needs: `make demo` and `make test` work on a fresh clone.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Tests start hundreds of processes: each would compile the same modules again.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
UV := UV_LINK_MODE=copy VIRTUAL_ENV=$(VENV) $(BIN)/uv
PROJECTS := -e . -e agent -e store -e collector -e api -e hub
# Tests mostly wait: for servers, for deadlines. Files of few long tests go first, or they are left to the end.
WORKERS := -n 4 --dist loadfile --no-loadscope-reorder
LONGEST_FIRST := tests/journey tests/browser tests/hub tests
ASSETS := $(addprefix api/assets/,build.py console.scss package.json package-lock.json .npmrc)

.PHONY: help setup demo test long check lint types boundaries fmt bench truth lock docs dashboards clean

help:  ## list the verbs
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .make/dev  ## the virtual environment with every tool

demo: .make/hub  ## roomreach on this machine with a made-up borough and its past: http://127.0.0.1:8800
	$(BIN)/roomreach demo

test: .make/dev  ## every test that takes seconds
	$(BIN)/python tests/machine.py
	$(BIN)/pytest $(WORKERS) -m "not long" $(LONGEST_FIRST) $(ARGS)

long: .make/dev  ## seeds, soaks and whatever else takes minutes
	$(BIN)/python tests/machine.py
	$(BIN)/pytest $(WORKERS) -m long $(LONGEST_FIRST) $(ARGS)

check: lint types boundaries test  ## everything that must be green before a change is done

lint: .make/dev
	$(BIN)/ruff check --no-cache .
	$(BIN)/ruff format --check .

types: .make/dev
	$(BIN)/mypy
	MYPYPATH=dashboards $(BIN)/mypy dashboards/generate.py

boundaries: .make/dev
	$(BIN)/lint-imports

fmt: .make/dev  ## format, and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .make/dev  ## how fast it is, beside the naive designs and the ceilings
	$(BIN)/python tests/machine.py
	PYTHONPATH=tests $(BIN)/python tests/bench $(ARGS)

lock: .make/uv  ## write the lock files anew
	PATH="$(CURDIR)/$(BIN):$$PATH" requirements/lock.sh

docs: .make/dev  ## write the reference pages that come from the code
	$(BIN)/python docs/generate.py

dashboards: .make/dev  ## draw the Grafana dashboards anew
	$(BIN)/python -W "ignore:Prefer using dashboardv2:DeprecationWarning" dashboards/generate.py

truth: .make/dev  ## how true the throughput test is, on lines made in namespaces (root, ten minutes)
	PYTHONPATH=tests $(BIN)/python tests/testbed

clean:  ## forget the virtual environment and every cache
	rm -rf $(VENV) .make .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.make/uv: requirements/uv.lock
	@python3 -m venv $(VENV) 2>/dev/null || .ci/packages python3-venv && python3 -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
	@mkdir -p .make && touch $@

.make/hub: .make/uv requirements/hub.lock $(wildcard */pyproject.toml) pyproject.toml $(ASSETS)
	@$(UV) pip install --quiet --require-hashes -r requirements/hub.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation $(PROJECTS)
	@$(MAKE) --no-print-directory .make/assets
	@touch $@

.make/dev: .make/uv requirements/dev.lock $(wildcard */pyproject.toml) pyproject.toml $(ASSETS)
	@$(UV) pip install --quiet --require-hashes -r requirements/dev.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation $(PROJECTS)
	@$(MAKE) --no-print-directory .make/assets
	@touch $@ .make/hub

# The Node that builds comes with either of the two above.
.make/assets: $(ASSETS)
	@$(BIN)/python api/assets/build.py
	@touch $@
