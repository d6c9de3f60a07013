# `make` lists what there is. Everything happens in .venv; nothing is installed outside it except by `make services`.
PYTHON ?= python3
PORT ?= 8080
DATA ?= ./data
PY := .venv/bin/python
# The server has a setting named HOST (its public address), so the listening address is taken from the command line only.
HOST = 127.0.0.1
unexport HOST PORT DATA

# Arguments for pytest, such as: make test TESTS="tests/contract -k resume"
TESTS ?= tests
# Most tests wait for processes, so one worker more than there are processors.
WORKERS ?= $(shell expr $$(nproc) + 1)

.DEFAULT_GOAL := help
.PHONY: help serve dev web check test compatibility faults fuzz audit outages image-check properties services reference lock clean .server .tools

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

serve: .server web ## install, build the web app and start the server on http://localhost:8080 (HOST=, PORT=, DATA=)
	@exec $(PY) -m steelyard serve --data $(DATA) --host $(HOST) --port $(PORT)

dev: .tools ## the server with its web app rebuilt and reloaded as files change
	@exec $(PY) scripts/dev.py --data $(DATA) --host $(HOST) --port $(PORT)

web: .server ## build the web app, if its sources changed
	@$(PY) scripts/build_web.py

check: .tools ## what needs no services: lint, format, types, import contracts, unit tests of server and web app
	@$(PY) scripts/check.py

services: .tools ## fetch the real MySQL, object store, proxy, browser and client versions that tests use
	@$(PY) -m tests.services install

test: .tools web services ## every test, on SQLite + folder and on MySQL + S3, with real clients and a real browser
	@$(PY) -m pytest --engine both -n $(WORKERS) --dist loadgroup $(TESTS)

compatibility: .tools services ## what each client version can do, by area, into docs/compatibility.md (TESTS= for some areas)
	@$(PY) -m pytest --engine both --compatibility -n $(WORKERS) --dist loadgroup -m compatibility $(if $(filter tests,$(TESTS)),tests/contract tests/integrations,$(TESTS))

faults: .tools ## kill the server 200 times under load and look for rows lost or doubled (FAULTS="--seed N")
	@$(PY) -m tests.faults $(FAULTS)

audit: .tools ## ask for known weaknesses of the pinned Python and npm packages
	@$(PY) -m scripts.audit

fuzz: .tools ## ask a server of two tenants whatever it can for 30 minutes: no fault, no leak (FUZZ="--minutes 5 --seed N")
	@$(PY) -m tests.fuzz $(FUZZ)

outages: .tools services ## kill database, bucket, servers and workers while 32 real clients log (OUTAGES="--clients 8")
	@$(PY) -m tests.deployment.outages $(OUTAGES)

image-check: .tools ## build the container image and run it as OpenShift would (as root, on Debian)
	@$(PY) -m tests.deployment.image_check

properties: .tools services ## every property test with thousands of new random examples (TESTS= for some)
	@$(PY) -m pytest --engine both --hypothesis-profile thorough -m hypothesis -n $(WORKERS) $(TESTS)

reference: .tools ## write docs/reference from the code
	@$(PY) -m scripts.write_reference

lock: .tools ## pin the newest versions of everything in requirements/lock.txt
	@.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --all-extras --group build --no-emit-index-url --custom-compile-command "make lock" pyproject.toml -o requirements/lock.txt

clean: ## remove what make made in this folder (not ./data)
	@rm -rf .venv steelyard/web_dist web/node_modules .pytest_cache .mypy_cache .ruff_cache

.server:
	@$(PYTHON) scripts/bootstrap.py
.tools:
	@$(PYTHON) scripts/bootstrap.py dev
