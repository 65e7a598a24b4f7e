# The one door: everything that people and CI do here is a target of this file.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RUN := $(VENV)-run
CHECK_PYTHON = @$(PYTHON) -c 'import sys; sys.exit("logship needs Python 3.11 or newer; set PYTHON=") if sys.version_info < (3, 11) else None'
E2E ?= tests/e2e tests/k8s
CONTAINERS ?= tests/containers
JOBS ?= 2
COVERAGE ?= --cov --cov-report=term:skip-covered
SEEDS ?= 1000
SOAK_MINUTES ?= 30
ENGINE ?= $(notdir $(firstword $(shell command -v docker podman buildah) docker))
IMAGE ?= logship
LOCK ?= requirements.lock
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
SECONDS ?= 10
FIRST ?= $(shell od -An -N3 -tu4 /dev/urandom | tr -d ' ')

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-agent test torture e2e check format docs lock bench clean soak apiserver zoo zoo-stores zoo-loggers sbom audit image image-test

help:  ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(STAMP): requirements-dev.lock pyproject.toml
	$(CHECK_PYTHON)
	@echo "making $(VENV), with the $$(grep -c '^[a-z]' requirements-dev.lock) packages of development: a minute or two"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/pip --quiet check
	touch $@

setup: $(STAMP)  ## make the virtual environment

$(RUN)/.installed: requirements.lock
	$(CHECK_PYTHON)
	@echo "making $(RUN), with the $$(grep -c '^[a-z]' requirements.lock) packages that logship runs on"
	$(PYTHON) -m venv $(RUN)
	$(RUN)/bin/pip install --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

demo: $(RUN)/.installed  ## a small application writes rotating logs; logship ships them to the terminal
	$(RUN)/bin/python -m logship demo

test: $(STAMP)  ## the fast tests, with branch coverage; builds kustomize and Helm once, if Go is there
	@sh tests/k8s/kustomize.sh build >/dev/null && sh tests/k8s/helm.sh build >/dev/null || true
	$(BIN)/pytest tests --ignore=tests/e2e -m "not e2e" -n 2 $(COVERAGE)

demo-agent: $(STAMP)  ## the demo agent of k8s/agent and logship, without Kubernetes; traces one request; SECONDS=10
	$(BIN)/python k8s/agent/demo.py --seconds $(SECONDS)

torture: FIRST := $(FIRST)
torture: $(STAMP)  ## random histories of files, stores and kills against a model; SEEDS=1000, FIRST=a random one
	@echo "seeds $(FIRST) to $$(( $(FIRST) + $(SEEDS) - 1 )); again: make torture SEEDS=$(SEEDS) FIRST=$(FIRST)"
	LOGSHIP_TEST_FIRST_SEED=$(FIRST) LOGSHIP_TEST_SEEDS=$(SEEDS) $(BIN)/pytest -q tests/test_tail_model.py tests/test_ship_model.py tests/test_multiline_model.py -n 2

soak: $(STAMP)  ## the daemon under mixed load, rotation and faults: a picture in build/soak; SOAK_MINUTES=30
	$(BIN)/python -m tests.soak --minutes $(SOAK_MINUTES) --out build/soak

zoo: $(STAMP)  ## real rotators of many languages, each live and over kills of logship: docs/rotators.md; ZOO="--language python"
	$(BIN)/python -m tests.zoo --write-docs --jobs $(JOBS) $(ZOO)

zoo-stores: $(STAMP)  ## each sink with real servers, over kills and restarts: docs/stores.md; ZOO="--only victorialogs"
	$(BIN)/python -m tests.zoo_stores --write-docs $(ZOO)

zoo-loggers: $(STAMP)  ## what real loggers write, as logship reads it: docs/loggers.md; ZOO="--language go"
	$(BIN)/python -m tests.zoo_loggers --write-docs --jobs $(JOBS) $(ZOO)

e2e: $(STAMP)  ## the tests with real processes, real rotation, a real OpenSearch and a real Kafka (skips what is missing)
	$(BIN)/pytest $(E2E) -m e2e -n $(JOBS)

apiserver: $(STAMP)  ## k8s/inject on a real Kubernetes API server, built with Go in ~/.cache/logship (15 minutes, once); needs etcd
	sh tests/apiserver/build.sh build
	$(BIN)/pytest tests/k8s/test_inject.py tests/k8s/test_inject_parameters.py -q -rs
	$(BIN)/python -m tests.k8s.injecting "$$($$(sh tests/apiserver/build.sh)/kube-apiserver --version)" "$$(etcd --version | head -n 1)"
	cat tests/k8s/injection/tried.txt

image:  ## the container image logship:<version>; ENGINE=podman, LOCK=requirements-all.lock (all sinks), PLATFORM=linux/arm64
	$(ENGINE) build $(if $(filter docker,$(ENGINE)),,--format docker --timestamp $$(git log -1 --format=%ct)) \
		$(if $(PLATFORM),--platform $(PLATFORM)) --build-arg LOCK=$(LOCK) --build-arg VERSION=$(VERSION) \
		--build-arg REVISION=$$(git rev-parse HEAD) $(BUILD_FLAGS) -t $(IMAGE):$(VERSION) .

image-test: $(STAMP)  ## build the image on a base made of Debian's packages, and run it (root, podman, buildah, mmdebstrap)
	$(BIN)/pytest $(CONTAINERS) -n $(JOBS) --dist worksteal

check: $(STAMP)  ## lint, format, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_layers.py

format: $(STAMP)  ## let ruff format and fix
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

docs: $(STAMP)  ## write the tables of settings and metrics again
	$(BIN)/python -m logship.commands.tables docs/settings.md
	$(BIN)/python -m logship.commands.tables docs/metrics.md
	$(BIN)/python -m logship.commands.tables k8s/FROM-FLUENT-BIT.md

lock: $(STAMP)  ## pin every dependency again, with hashes
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra all -o requirements-all.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group dev -o requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --group build -o requirements-build.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o k8s/agent/requirements.txt k8s/agent/requirements.in

bench: $(STAMP)  ## every benchmark, logship and the peers that are here, and benchmarks/RESULTS.md; a quarter of an hour
	$(BIN)/python -m benchmarks all

sbom: $(STAMP)  ## a CycloneDX bill of materials of what runs in production: build/sbom.json
	$(BIN)/python -m supply.sbom build/sbom.json

audit: $(STAMP)  ## pins, licences, wheels, known vulnerabilities; fails with 3 if a service did not answer
	$(BIN)/python -m supply.audit

clean:  ## remove what the targets above made
	rm -rf $(VENV) $(RUN) .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
