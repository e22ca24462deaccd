# The project's commands. A fresh Debian or Ubuntu needs Python 3.11 or newer, pip and make, and nothing else.
# Settings are given after the command, never taken from the environment: make run PORT=8080

PYTHON =
HOST =
PORT =
SIZES =
FOLDER =

source = hatch_build.py $(wildcard indexer/kernel/c/*)
library = indexer/kernel/in_c.abi3.so

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL: # prerequisites are done in the order in which they stand
.PHONY: help run test bench screenshots format lock clean compiler FORCE

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo 'Settings: make run HOST=0.0.0.0 PORT=8080    make PYTHON=python3.12 run'

run: .venv/.installed $(library) ## install, index the pages when they changed, serve the search page, print its address
	@.venv/bin/pprsearch serve --build $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

test: compiler .venv/.installed $(library) ## install what tests need, compiler and browser included, and run all of them
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	@PYTHONPATH=tests .venv/bin/python tests/browser/browser.py
	.venv/bin/pytest

bench: .venv-bench/.compiled ## measure speed beside other engines, ten minutes; or SIZES="100000" PEERS="tantivy fts5"
	@PYTHONPATH=tests .venv-bench/bin/python -m benchmark $(if $(SIZES),--sizes $(SIZES)) $(if $(PEERS),--peers $(PEERS))

screenshots: .venv/.installed ## write pictures of the main pages to screenshots/, or to FOLDER=...
	@PYTHONPATH=tests .venv/bin/python tests/browser/browser.py
	@PYTHONPATH=tests .venv/bin/python tests/browser/screenshots.py $(or $(FOLDER),screenshots)

format: .venv/.installed ## lay out the code and mend what ruff can mend
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lock: ## make requirements.lock anew with the newest allowed versions (uses uv, in a throwaway environment)
	@$(find_python); tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; $(call new_venv,$$tmp/venv); \
	$$pip install -q uv && $$tmp/venv/bin/uv --no-config pip compile -q --upgrade --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
	  --group test --group build pyproject.toml -o "$$tmp/requirements.lock" && cp "$$tmp/requirements.lock" .

clean: ## remove .venv, the caches and what was compiled; corpus/ and index/ stay as they are
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis __pycache__ build dist indexer/kernel/*.so
	find indexer webui tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The installation, in two steps, so that an edit of pyproject.toml costs a second and no network. Each step writes its
# mark last: what was interrupted is done again. An environment cannot be moved or copied, so the mark names its folder.
usable := $(shell [ "$$(cat .venv/.locked 2>/dev/null)" = "$(CURDIR)" ] && \
	.venv/bin/python -c '' 2>/dev/null && echo yes)

.venv/.locked: requirements.lock $(if $(usable),,FORCE)
	@$(find_python); echo "Installing into .venv with $$python; the first time takes a minute."; \
	$(call new_venv,.venv); \
	$$pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && echo "$(CURDIR)" > $@

# pip hides what a successful build says, so where it compiled nothing hatch_build.py says it again.
.venv/.installed: .venv/.locked pyproject.toml $(source)
	@$(call install,.venv) && touch $@ && { [ -e $(library) ] || .venv/bin/python hatch_build.py; }

# Where nothing could be compiled then, see at every run whether it can be now: a tenth of a second, without a word.
$(library): | .venv/.installed
	@.venv/bin/python hatch_build.py 2>/dev/null

compiler: .venv/.locked
	@PYTHONPATH=. .venv/bin/python tests/compiler.py

# The environment of the benchmark: what is locked, so that the product is measured as it runs, and the peers on top.
peers = import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["bench"])

.venv-bench/.compiled: .venv-bench/.installed $(source) $(if $(wildcard $(library)),,FORCE)
	@.venv-bench/bin/python hatch_build.py && touch $@

.venv-bench/.installed: requirements.lock pyproject.toml
	@$(find_python); echo "Installing into .venv-bench with $$python."; $(call new_venv,.venv-bench); \
	echo '*' > .venv-bench/.gitignore; \
	$$pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && \
	$$pip install -q --disable-pip-version-check $$(.venv-bench/bin/python -c '$(peers)') && \
	$(call install,.venv-bench) && touch $@

# Sets $$python: the first that is new enough. Debian's python3 comes first, for it is the one with pip.
find_python = python=; for name in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	  "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && python=$$name && break; done; \
	if [ -z "$$python" ]; then \
	  echo 'Python 3.11 or newer is needed: apt install python3, or name one: make run PYTHON=/its/path' >&2; exit 1; fi

# $(call install,FOLDER) makes the product run from here in an environment that holds hatchling.
install = $(1)/bin/python -m pip install -q --no-deps --no-build-isolation -e .

# $(call new_venv,FOLDER) makes a virtual environment and sets $$pip, its installer. Debian and Ubuntu ship python3
# without ensurepip, so without a pip inside: then the system's pip installs from outside (it can since version 22.3).
new_venv = rm -rf $(1); \
	if "$$python" -m venv $(1) >/dev/null 2>&1; then pip="$(1)/bin/python -m pip"; \
	elif "$$python" -m venv --clear --without-pip $(1) && \
	  "$$python" -m pip --python $(1)/bin/python --version >/dev/null 2>&1; \
	then pip="$$python -m pip --python $(1)/bin/python"; \
	else echo "$$python has no venv or no pip (22.3 or newer): apt install $${python\#\#*/}-venv python3-pip" >&2; exit 1; fi
