.DEFAULT_GOAL := help
PY := .venv/bin/python
# Every start would compile five hundred modules anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help run test check translate screenshots screens paths bench clean

help: ## what there is to run
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/'

.venv/.run: requirements.txt
	@test -x $(PY) || python3 -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.dev: requirements.txt requirements-dev.txt requirements-tencent.txt
	@test -x $(PY) || python3 -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch .venv/.run $@

run: .venv/.run ## start everything at http://127.0.0.1:8080
	@exec $(PY) run.py

test: .venv/.dev ## all tests, browser tests included
	@world=$$(mktemp -d) && trap 'rm -rf "$$world"' EXIT && export BROWSER_DATA_DIR="$$world/data" \
	&& $(PY) -m pytest -m "not alone" -n 2 --dist loadscope --no-loadscope-reorder && $(PY) -m pytest -m alone

check: .venv/.dev ## ruff, mypy (rules and review), import contracts, translations
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet . || (echo "run: .venv/bin/ruff format ."; exit 1)
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache
	@$(PY) scripts/translate.py --check

translate: .venv/.dev ## extract, merge and compile the catalogues; fails on what is missing
	@$(PY) scripts/translate.py

screenshots: .venv/.dev ## the pictures of the README
	@$(PY) scripts/screenshots.py

screens: .venv/.dev ## docs/screens.md: every screen of every role
	@$(PY) scripts/screens.py

paths: .venv/.dev ## the pictures of docs/paths, taken while the tests of those paths run
	@mkdir -p docs/pictures/paths
	@PATHS_DIR=$(CURDIR)/docs/pictures/paths $(PY) -m pytest tests/browser -k test_path

bench: .venv/.dev ## our pages beside a floor over millions of rows; SIZE=200000 or small for fewer (docs/speed.md)
	@SIZE=$(or $(SIZE),full) $(PY) -m bench

clean: ## caches
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
