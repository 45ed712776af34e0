# Needs Python 3.11 or newer with venv, git and make. Everything else is fetched into .venv and web/node_modules.

PYTHON ?= python3
JOBS ?= 2
PYTEST_ARGS ?=

# Name and message of an exception, as pytest-rerunfailures sees it: the three classes of Playwright.
BROWSER_ERRORS := '^(Error|TimeoutError|TargetClosedError): '

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input --quiet

# A stamp bears the digest of the pins it stands for, so that only changed pins are installed anew; the place counts
# too, because a virtual environment does not survive being moved.
digest = $(shell (pwd; cat $(1)) | sha256sum | cut -c1-12)
RUN := $(VENV)/run-$(call digest,requirements/run.txt)
DEV := $(VENV)/dev-$(call digest,requirements/dev.txt)
NODE := $(VENV)/node-$(call digest,requirements/node.txt)
WEB := $(VENV)/web-$(call digest,web/package-lock.json)

# Node of the system where it is new enough and brings npm, else that of .venv.
NODE_IS_NEW := const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)
HAS_NODE := $(shell node -e '$(NODE_IS_NEW)' 2>/dev/null && command -v npm >/dev/null && echo yes)
NPM := $(if $(HAS_NODE),npm,PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm)

# What browsers load is built anew when its sources have changed.
STATIC := service/static/manifest.json
WEB_SOURCES := $(shell find web/src -type f) web/vite.config.ts web/package-lock.json

CATALOGUES := $(wildcard service/translations/*/LC_MESSAGES/*.po)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run setup test lint types floors format words bench clean catalogues

##@ Use

run: $(RUN) $(STATIC) catalogues ## Start the demo on http://127.0.0.1:8000 (five SOPs, people with the password "demo")
	ALUR_DEMO=1 $(VENV)/bin/alur serve

##@ Develop

setup: $(DEV) $(STATIC) catalogues ## Make .venv with everything needed to run and to test
	@echo "Ready: $(VENV)"

test: $(DEV) $(STATIC) catalogues lint types floors ## Style, types, floors, then all tests, on SQLite and on PostgreSQL where it is installed
	$(PY) -m pytest -n $(JOBS) --dist worksteal -m "not bench and not browser" $(PYTEST_ARGS)
# What the browser itself gets wrong (a crash, an answer too late) is tried once more and told; an assertion never is.
	$(PY) -m pytest -n $(JOBS) --dist worksteal -m browser -rsR --reruns 1 --only-rerun $(BROWSER_ERRORS) $(PYTEST_ARGS)

lint: $(DEV) ## Check style and layout of the code
	$(PY) -m ruff check .
	$(PY) -m ruff format --check --quiet . || { echo 'The layout differs; "make format" mends it.'; exit 1; }

types: $(DEV) $(WEB) ## Check types
	$(PY) -m mypy
	cd web && $(NPM) run --silent types

floors: $(DEV) ## Check that each room imports lower floors only
	@$(VENV)/bin/lint-imports --no-logo

format: $(DEV) ## Lay the code out and mend what can be mended by itself
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

words: $(DEV) ## Gather the sentences people read into the English catalogue; new ones stand there empty
	$(PY) -m service.translations.catalogue

bench: $(DEV) catalogues ## Measure speed beside a bare floor, on SQLite and on PostgreSQL where it is installed
	$(PY) -m pytest -q -m bench -p no:xdist -s $(PYTEST_ARGS)
	$(PY) -m tests.with_postgres $(VENV)/bin/alur bench

##@ Tidy up

clean: ## Remove what make has made; the data in var/ stay
	rm -rf $(VENV) web/node_modules service/static .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
	find service tests -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# ---- how it is done --------------------------------------------------------------------------------------------

catalogues: $(CATALOGUES:.po=.mo)

%.mo: %.po | $(RUN)
	@$(VENV)/bin/pybabel --quiet compile --input-file $< --output-file $@

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer with venv is needed; name it with PYTHON=... (on Debian: apt install python3-venv)."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN): | $(VENV)/bin/pip
	$(PIP) install --require-hashes --only-binary :all: -r requirements/run.txt
	@$(PY) -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "alur.pth").write_text("$(CURDIR)\n")'
	@printf '#!%s\nimport sys\n\nfrom service.cli import main\n\nsys.exit(main())\n' "$(CURDIR)/$(PY)" > $(VENV)/bin/alur
	@chmod +x $(VENV)/bin/alur
	@rm -f $(VENV)/run-*
	@touch $@

$(DEV): | $(RUN)
	$(PIP) install --require-hashes --only-binary :all: -r requirements/dev.txt
	@rm -f $(VENV)/dev-*
	@touch $@

$(NODE): | $(VENV)/bin/pip
	$(PIP) install --require-hashes --only-binary :all: -r requirements/node.txt
	@rm -f $(VENV)/node-*
	@touch $@

$(WEB): $(if $(HAS_NODE),,$(NODE)) | $(VENV)/bin/pip
	cd web && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@rm -f $(VENV)/web-*
	@touch $@

$(STATIC): $(WEB_SOURCES) | $(WEB)
	cd web && $(NPM) run --silent build -- --logLevel warn
	@touch $@
