# Every target works in a fresh clone with python3.11, pip and make, and nothing else.

PYTHON ?= python3.11
VENV   ?= .venv
BIN    := $(VENV)/bin
PY     := $(BIN)/python
STAMP  := $(VENV)/.installed
JOBS   ?= 2
SLICE  ?= all

# Threads of the numeric libraries beside two test workers would only get in each other's way.
TEST_ENV := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

COMMA := ,
SPACE := $(subst x,,x x)

# What the project exists for, held to full branch coverage by its own tests and examples. The forecast
# is held to real forwards instead, and not yet to every branch.
CORE       := errors parameters theory rng schemes recipes plans weights
CORE_TESTS := $(wildcard $(foreach name,$(CORE),tests/$(name) tests/test_$(name).py \
                src/isometry/$(name) src/isometry/$(name).py))
CORE_FILES := src/isometry/errors.py,$(subst $(SPACE),$(COMMA),$(patsubst %,src/isometry/%/*,$(filter-out errors,$(CORE))))

.DEFAULT_GOAL := help
.PHONY: help setup demo test slow check coverage format docs bench arena changelog clean

help: ## show this list
	@echo "make <target>, where target is one of"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(STAMP) ## create .venv with everything that development needs

$(STAMP): pyproject.toml constraints.txt
	@test -x $(PY) || { echo "creating $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing isometry and its tools into $(VENV) (some minutes the first time)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-input \
	    --constraint constraints.txt --editable ".[dev]"
	@touch $@
	@echo "$(VENV) is ready"

demo: $(STAMP) ## initialize GPT-2 small, then train a deep net that did not train
	@$(PY) examples/demo.py
	@$(PY) examples/deep.py

test: $(STAMP) ## run the tests and the examples of the docstrings (slow ones left out)
	@$(TEST_ENV) $(PY) -m pytest -q -n $(JOBS) -m "not slow" --doctest-modules src tests

slow: $(STAMP) ## run only the slow tests
	@$(TEST_ENV) $(PY) -m pytest -q -m slow --durations=10

check: $(STAMP) ## lint, format, types, layers, docstrings, spelling, news, coverage of the core
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/pydoclint --quiet src
	$(BIN)/codespell
	$(BIN)/towncrier build --draft --version next > /dev/null
	@$(MAKE) --no-print-directory coverage

# Without the plugin, which would load isometry before coverage watches.
coverage: $(STAMP) ## show that the tests of the core reach every branch of it
	@$(TEST_ENV) $(PY) -m pytest -q -n $(JOBS) -m "not slow" --doctest-modules $(CORE_TESTS) \
	    -p no:isometry --cov --cov-report=
	@$(BIN)/coverage report --include="$(CORE_FILES)" \
	    --omit="src/isometry/plans/forecast/*" --fail-under=100

format: $(STAMP) ## put the code into its one form
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

docs: $(STAMP) ## build the documentation; every warning is an error
	@$(BIN)/sphinx-build -n -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

bench: $(STAMP) ## measure the speed and rewrite docs/benchmarks.md (under 5 minutes)
	@$(PY) -m benchmarks --write docs/benchmarks.md

arena: $(STAMP) ## train nets under many starts, go on where it stopped, rewrite docs/arena.md (hours)
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-input \
	    --constraint constraints.txt --editable ".[arena]"
	@$(PY) -m benchmarks.arena --slice $(SLICE) --workers $(JOBS) --page docs/arena.md

clean: ## remove what was built, but not the environment
	@rm -rf build dist docs/_build docs/_generated .coverage .coverage.* htmlcov \
	    .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
