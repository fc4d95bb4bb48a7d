# Needs Python 3.11 or newer and make; everything else is put into .venv, once.
PYTHON ?= $(shell for one in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$one -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo $$one && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
# what is installed is as new as these files
BASE := $(VENV)/.base
DEV := $(VENV)/.dev
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locales/*/LC_MESSAGES/messages.po))
LANGUAGES := id ms su

.PHONY: run chat test coverage test-all check bench quality model catalogues clean

run: $(BASE) $(CATALOGUES)  ## serve the configured channels
	$(BIN)/jembatan run

chat: $(BASE) $(CATALOGUES)  ## talk to it here
	$(BIN)/jembatan chat

test: $(DEV) $(CATALOGUES)  ## the fast tests, on all cores
	$(BIN)/python -m pytest -q -n auto

coverage: $(DEV) $(CATALOGUES)  ## the fast tests, and what of the code they run
	$(BIN)/python -m pytest -q -n auto --cov

test-all: coverage  ## all tests; those that measure run alone
	$(BIN)/python -m pytest -q -n auto -m "slow and not alone"
	$(BIN)/python -m pytest -q -m alone

check: $(DEV)  ## style, types, cards, facts and translations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/jembatan check

bench: $(DEV) $(CATALOGUES)  ## measure
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.web

quality: $(DEV)  ## how well the search finds the topic: make quality FILE=tests/bench/dev-questions.jsonl
	$(BIN)/python -m tests.bench.quality $(FILE)

model: $(DEV)  ## build the search's model again, after the ways of asking have changed
	$(PIP) -e '.[train]'
	$(BIN)/python -m bot.knowledge.training

catalogues: $(BASE)  ## take up new sentences, to be translated in the .po files
	$(BIN)/pybabel -q extract --sort-output --no-location --omit-header -o $(VENV)/messages.pot bot handlers
	for language in $(LANGUAGES); do \
		$(BIN)/pybabel -q update --init-missing --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -w 110 \
			-l $$language -i $(VENV)/messages.pot -d locales || exit 1; done
	sed -i.bak -E -e '/^"(Project-Id|Report-Msgid|POT-Creation|PO-Revision|Last-Trans|Language-Team|Generated-By)/d' \
		-e '1{/^$$/d;}' locales/*/LC_MESSAGES/messages.po
	rm locales/*/LC_MESSAGES/*.bak
	$(MAKE) --no-print-directory compiled

.PHONY: compiled
compiled: $(CATALOGUES)

clean:  ## remove what was made here, except the data
	rm -rf $(VENV) .coverage .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info $(CATALOGUES)
	find bot db handlers tests -name __pycache__ -prune -exec rm -rf {} +

%.mo: %.po $(BASE)
	$(BIN)/pybabel -q compile -i $< -o $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 to 3.14 is needed; install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(BASE): pyproject.toml | $(BIN)/python
	$(PIP) -e .
	@touch $@

# the semantic search helps where a wheel of it exists; without it the search knows words only
$(DEV): pyproject.toml | $(BIN)/python
	$(PIP) -e '.[dev,postgres]'
	@$(PIP) --only-binary=:all: -e '.[semantic]' || echo "No wheel of the semantic search for this machine: going on without."
	@touch $(BASE) $@
