# The project's commands. A fresh Debian or Ubuntu needs Python 3.11 or newer, pip and make, and nothing else.
# Settings are given after the command, never taken from the environment: make run PORT=8080

PYTHON =
HOST =
PORT =
SIZES =
FOLDER =

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test bench screenshots format lock clean FORCE

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo 'Settings: make run HOST=0.0.0.0 PORT=8080    make PYTHON=python3.12 run'

run: .venv/.installed ## install, index the pages when they changed, serve the search page and print its address
	@.venv/bin/pprsearch serve --build $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

test: .venv/.installed ## install, a browser too where none runs, then run every check and test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	@.venv/bin/python tests/browser/browser.py
	.venv/bin/pytest

bench: .venv-bench/.installed ## measure speed beside other engines, ten minutes; SIZES="500 10000 100000" for all sizes
	@PYTHONPATH=tests .venv-bench/bin/python -m benchmark $(if $(SIZES),--sizes $(SIZES))

screenshots: .venv/.installed ## write pictures of the main pages to screenshots/, or to FOLDER=...
	@.venv/bin/python tests/browser/browser.py
	@.venv/bin/python tests/browser/screenshots.py $(or $(FOLDER),screenshots)

format: .venv/.installed ## lay out the code and mend what ruff can mend
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lock: ## make requirements.lock anew with the newest allowed versions (uses uv, in a throwaway environment)
	@$(find_python); tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; $(call new_venv,$$tmp/venv); \
	$$pip install -q uv && $$tmp/venv/bin/uv --no-config pip compile -q --upgrade --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	  --group test --group build pyproject.toml -o "$$tmp/requirements.lock" && cp "$$tmp/requirements.lock" .

clean: ## remove .venv and the caches; corpus/ and index/ stay as they are
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find indexer webui tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The installation, in two steps, so that an edit of pyproject.toml costs a second and no network. Each step writes its
# mark last: what was interrupted is done again. An environment cannot be moved or copied, so the mark names its folder.
usable := $(shell [ "$$(cat .venv/.locked 2>/dev/null)" = "$(CURDIR)" ] && \
	.venv/bin/python -c '' 2>/dev/null && echo yes)

.venv/.locked: requirements.lock $(if $(usable),,FORCE)
	@$(find_python); echo "Installing into .venv with $$python; the first time takes a minute."; \
	$(call new_venv,.venv); \
	$$pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && echo "$(CURDIR)" > $@

.venv/.installed: .venv/.locked pyproject.toml
	@.venv/bin/python -m pip install -q --no-deps --no-build-isolation -e . && touch $@

# The environment of the benchmark: what is locked, so that the product is measured as it runs, and the peers on top.
peers = import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["bench"])

.venv-bench/.installed: requirements.lock pyproject.toml
	@$(find_python); echo "Installing into .venv-bench with $$python."; $(call new_venv,.venv-bench); \
	echo '*' > .venv-bench/.gitignore; \
	$$pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && \
	$$pip install -q --disable-pip-version-check $$(.venv-bench/bin/python -c '$(peers)') && \
	.venv-bench/bin/python -m pip install -q --no-deps --no-build-isolation -e . && touch $@

# Sets $$python: the first that is new enough. Debian's python3 comes first, for it is the one with pip.
find_python = python=; for name in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	  "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && python=$$name && break; done; \
	if [ -z "$$python" ]; then \
	  echo 'Python 3.11 or newer is needed: apt install python3, or name one: make run PYTHON=/its/path' >&2; exit 1; fi

# $(call new_venv,FOLDER) makes a virtual environment and sets $$pip, its installer. Debian and Ubuntu ship python3
# without ensurepip, so without a pip inside: then the system's pip installs from outside (it can since version 22.3).
new_venv = rm -rf $(1); \
	if "$$python" -m venv $(1) >/dev/null 2>&1; then pip="$(1)/bin/python -m pip"; \
	elif "$$python" -m venv --clear --without-pip $(1) && \
	  "$$python" -m pip --python $(1)/bin/python --version >/dev/null 2>&1; \
	then pip="$$python -m pip --python $(1)/bin/python"; \
	else echo "$$python has no venv or no pip (22.3 or newer): apt install $${python\#\#*/}-venv python3-pip" >&2; exit 1; fi
