# Two lines a person needs: `make demo` and `make test`. Everything else is for developers.
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/pip --disable-pip-version-check --quiet
RUN := $(VENV)/bin/python

.PHONY: demo test check bench bench-queue simulate-day js texts pins lint
.DEFAULT_GOAL := demo

$(VENV)/.runtime: requirements.txt
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: sudo apt install python3-venv"; exit 1; }
	@echo "Installing what the portal needs (once, about a minute)..."
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.development: $(VENV)/.runtime requirements-dev.txt
	@echo "Installing what the tests need (once)..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

# RESET=1 starts anew. The last line replaces the shell, so that one Ctrl-C stops everything.
demo: $(VENV)/.runtime
	@exec $(RUN) manage.py demo --port $(PORT) $(if $(RESET),--reset)

# The whole suite: SQLite always; PostgreSQL when TEST_DATABASE_URL or DATABASE_URL names one;
# Chromium when it is installed. What is left out is printed with its reason.
test: $(VENV)/.development
	@$(RUN) tools/run_tests.py $(ARGS)

check: $(VENV)/.development
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/djlint --lint --quiet templates
	@SECRET_KEY=check FIELD_KEYS=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= LOOKUP_KEY=check LINK_KEY=check $(RUN) manage.py makemigrations --check --dry-run

bench: $(VENV)/.development
	@$(RUN) tools/bench.py $(ARGS)

# A whole day of the hall through the real acts, in several processes, on a database of its own.
simulate-day: $(VENV)/.development
	@$(RUN) tools/simulate_day.py $(ARGS)

# The live pages of the queue under a full hall: boards, ticket pages, calls, memory, queries.
bench-queue: $(VENV)/.development
	@$(RUN) tools/bench_queue.py $(ARGS)

# Join the parts of the style sheets and of the JavaScript into one file per area.
js:
	@$(PYTHON) tools/build_assets.py

# Compile the interface texts (needs no gettext).
texts: $(VENV)/.development
	@$(RUN) tools/texts.py

# Pin exact versions with hashes again after a change of a *.in file.
pins: $(VENV)/.development
	@$(PIP) install pip-tools
	@$(VENV)/bin/pip-compile -q --generate-hashes --allow-unsafe --no-strip-extras --no-emit-index-url --no-emit-find-links -o requirements.txt requirements.in
	@$(VENV)/bin/pip-compile -q --generate-hashes --allow-unsafe --no-strip-extras --no-emit-index-url --no-emit-find-links -o requirements-dev.txt requirements-dev.in
