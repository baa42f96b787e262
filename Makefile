# Every target works from a clean checkout: it makes what it needs first.
# Supported: Python 3.11, 3.12, 3.13; another interpreter than the first found: make run PY=/path/to/python3.12

SHELL := /bin/sh
UV_VERSION := 0.13.9
PY ?= $(shell for python in python3 python3.12 python3.11 python3.13; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$python && break; done)
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
BIN := .venv/bin
# One more than there are cores: much of the tests' time is waiting, for a browser or for a process to start.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
SPREAD = -n $(WORKERS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder
# An index named only in pip's settings is not known to uv.
WITH_INDEX = UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$($(PY) -m pip config get global.index-url 2>/dev/null)}"; \
	if [ -n "$$UV_DEFAULT_INDEX" ]; then export UV_DEFAULT_INDEX; else unset UV_DEFAULT_INDEX; fi
# Checks that read settings must not leave a data folder behind.
ASIDE = VAR_DIR=$$(mktemp -d) && export VAR_DIR && trap 'rm -rf "$$VAR_DIR"' EXIT
# Every branch is tested of all of the workflow, and of the modules that pyproject.toml names pure.
PURE = claims/workflow/*,$(shell $(BIN)/python -c 'import tomllib; \
	contracts = tomllib.load(open("pyproject.toml", "rb"))["tool"]["importlinter"]["contracts"]; \
	print(",".join(name.replace(".", "/") + ".py" for one in contracts if one["name"].startswith("Pure") for name in one["source_modules"]))')
export UV_PYTHON_DOWNLOADS = never
# Where Python is told to leave no bytecode beside the sources, the tests keep theirs apart: each of the many processes they
# start would compile all of it anew, a third of what such a test costs.
ifneq ($(PYTHONDONTWRITEBYTECODE),)
test coverage thorough faults: export PYTHONPYCACHEPREFIX := $(CURDIR)/.pytest_cache/bytecode
test coverage thorough faults: export PYTHONDONTWRITEBYTECODE :=
endif

.PHONY: run test check faults bench css messages lint format templates types layers migrations deploy coverage thorough clean

run: .venv/.run  ## the whole house: PORT=8000, VAR_DIR=./var, DEMO=0 for an empty desk
	@exec $(BIN)/python manage.py up

test: .venv/.dev  ## make check adds the walks through every page as everybody
	$(BIN)/pytest $(SPREAD) -q -m "not faults and not thorough"

check: lint templates types layers migrations deploy coverage thorough

faults: .venv/.dev
	$(BIN)/pytest -n 2 -q -m faults tests/faults
	STATE_MACHINE_EXAMPLES=40 $(BIN)/pytest -q --hypothesis-seed=20261122 tests/claims/workflow/test_state_machine.py

bench: .venv/.dev
	@for script in bench/[a-z]*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

css: node_modules/.package-lock.json  ## only after a change of styles/ or of the classes in templates; the built file is committed
	npm run --silent css

messages: .venv/.dev  ## after a change of texts: finds them, and compiles the translations; needs gettext (docs/translating.md)
	@$(ASIDE) && $(BIN)/python manage.py makemessages --all && $(BIN)/python manage.py compilemessages --ignore .venv --ignore node_modules

lint: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: .venv/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	find templates -name '*.html' -print0 | xargs -0r $(BIN)/djade --target-version 5.2

templates: .venv/.dev
	find templates -name '*.html' -print0 | xargs -0r $(BIN)/djade --check --target-version 5.2

types: .venv/.dev
	@$(ASIDE) && echo mypy && $(BIN)/mypy

layers: .venv/.dev
	$(BIN)/lint-imports

migrations: .venv/.dev
	@$(ASIDE) && echo makemigrations --check && $(BIN)/python manage.py makemigrations --check --dry-run

deploy: .venv/.dev
	@$(ASIDE) && echo check --deploy && BASE_URL=https://desk.example $(BIN)/python manage.py check --deploy --fail-level WARNING

coverage: .venv/.dev
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest $(SPREAD) -q -m "not faults and not thorough"
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --fail-under=90
	$(BIN)/coverage report --fail-under=100 --include='$(PURE)'

thorough: .venv/.dev  ## the walks and journeys that make test leaves out; nothing of the coverage asked for hangs on them
	$(BIN)/pytest $(SPREAD) -q -m thorough

clean:  ## the environment and what tools left behind; never the data
	rm -rf .venv .tools node_modules .coverage .coverage.* htmlcov .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

node_modules/.package-lock.json: package-lock.json
	npm ci --silent

.tools/bin/uv: | python
	@$(PY) -m pip --version >/dev/null 2>&1 || { echo "Neither uv nor pip was found: install one of them (Debian: apt-get install python3-pip)."; exit 1; }
	$(PY) -m pip install -qq --root-user-action=ignore --disable-pip-version-check --target .tools uv==$(UV_VERSION)

# Optional parts that were installed by hand: the object store's and the browser's.
PARTS = $(if $(wildcard .venv/lib/python*/site-packages/boto3),requirements-s3.lock) \
	$(if $(wildcard .venv/lib/python*/site-packages/playwright),requirements-rendered.lock)

# What the house runs on.  Optional parts that are there stay, and so do the tools of its developers (with both parts).
.venv/.run: requirements.lock requirements-dev.lock requirements-s3.lock requirements-rendered.lock | python $(filter .tools/%,$(UV))
	@test -x $(BIN)/python || $(UV) venv -q --python "$(PY)" .venv
	@locks="requirements.lock $(PARTS)"; test ! -e .venv/.dev || locks=requirements-dev.lock; $(WITH_INDEX); \
	$(UV) pip sync -q --python $(BIN)/python --require-hashes $$locks
	@touch $@

.venv/.dev: requirements-dev.lock | python $(filter .tools/%,$(UV))
	@test -x $(BIN)/python || $(UV) venv -q --python "$(PY)" .venv
	@$(WITH_INDEX); $(UV) pip sync -q --python $(BIN)/python --require-hashes requirements-dev.lock
	@touch $@ .venv/.run

.PHONY: python
python:
	@test -n "$(PY)" && "$(PY)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || \
	{ echo "Python 3.11, 3.12 or 3.13 is needed and was not found: install one, or name it with PY=/path/to/python."; exit 1; }
