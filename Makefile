# Everything a person does to this repository, one obvious line each. Figures come last; a miss exits non-zero.
# One set of build flags everywhere: another set would rebuild the whole dependency tree.
export GOFLAGS := -trimpath -buildvcs=false
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X github.com/cosmos/cosmos-sdk/version.Version=$(VERSION) -X main.version=$(VERSION)
BIN     := build/bin
TOOLS   := build/tools
# e2e needs binaries and has a target of its own.
PKGS     = $(shell go list ./... | grep -v /test/e2e)
# The race detector compiles everything anew, so only what does not link the SDK is run with it here.
RACE    := ./proof/... ./offchain/attest/... ./offchain/channel/... ./offchain/dirlock/... ./offchain/journal/... ./offchain/lifecycle/... ./offchain/message/... ./offchain/p2p/... ./offchain/piece/... \
           ./offchain/node/outbox/... ./offchain/node/head/... ./offchain/node/door/... ./offchain/node/carrier/... $(addprefix ./offchain/templates/storage/,duty holder record repair wire)
NAME    ?= .
N       ?= 10
TARGET  ?= .
# Handed on by the environment: a file may be called anything.
export FILE ?=
export NODES ?= 12
KILLS   ?= 50
SEED    ?=
.DEFAULT_GOAL := help

.PHONY: help
help: ## show what there is to do
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

.PHONY: build
build: ## build build/bin/mesh and build/bin/meshd
	@mkdir -p $(BIN)
	go build -ldflags "$(LDFLAGS)" -o $(BIN)/meshd ./cmd/meshd
	go build -ldflags "$(LDFLAGS)" -o $(BIN)/mesh ./cmd/mesh

.PHONY: test
test: build ## gofmt, vet, architecture, unit, property, fuzz seeds, in-process devnet, five kills of real processes
	@out=$$(gofmt -l app cmd offchain proof test x); test -z "$$out" || { echo "not formatted, run make fmt:"; echo "$$out"; exit 1; }
	go test ./test/arch
	go vet ./...
	go test -timeout 25m $(PKGS)
	MESH_SEED=$${MESH_SEED:-1} go test -count=1 -timeout 12m ./test/e2e -run '^TestCrash$$'

.PHONY: race
race: ## the concurrent packages under the race detector
	go test -race -timeout 10m $(RACE)

.PHONY: e2e
e2e: build ## the main journeys on built binaries
	go test -count=1 -timeout 20m ./test/e2e -skip '^TestCrash$$'

.PHONY: demo
demo: build ## a storage network on this machine from file to repair, its evidence in build/demo [FILE=path NODES=12]
	$(BIN)/mesh devnet demo --out build/demo --file "$$FILE" --nodes "$$NODES"

.PHONY: demo-loop
demo-loop: build ## the demo N times in a row [N=10 FILE=path NODES=12]
	@for i in $$(seq '$(N)'); do echo "== demo $$i of $(N)"; \
		$(BIN)/mesh devnet demo --out build/demo --file "$$FILE" --nodes "$$NODES" || exit 1; done; echo "$(N) of $(N)"

.PHONY: crash
crash: build ## kill -9 over nodes, bootstrap and validator while files are put [KILLS=50 SEED=]
	MESH_KILLS='$(KILLS)' MESH_SEED='$(SEED)' go test -count=1 -timeout 2h -v ./test/e2e -run '^TestCrash$$'

.PHONY: adversary
adversary: ## what cheaters gain, one JSON line each [NAME=regex]
	@bash scripts/adversary.sh '$(NAME)'

.PHONY: mutants
mutants: ## a rule of the chain switched off at a time: its adversary must be seen to gain [NAME=any_weight]
	MESH_MUTANTS='$(if $(filter-out .,$(NAME)),$(NAME),all)' go test -count=1 -timeout 2h -v ./test/mutants

.PHONY: long
long: ## what takes hours; what passed at this commit is not run again [CHECKS=2000 SECONDS_A_TARGET=120 KILLS=50 MESH_SEED=1]
	@bash scripts/long.sh

.PHONY: ci
ci: ## all of what .ci/run runs, cheapest first, with the time of each stage
	bash scripts/ci.sh

.PHONY: lint
lint: $(TOOLS)/golangci-lint ## golangci-lint with .golangci.yml
	$(TOOLS)/golangci-lint run ./...

.PHONY: proto
proto: $(TOOLS)/buf ## regenerate protobuf code and OpenAPI, without network
	bash scripts/protogen.sh

.PHONY: fmt
fmt: $(TOOLS)/buf ## format Go and protobuf
	gofmt -w app cmd offchain proof test x
	$(TOOLS)/buf format -w proto

.PHONY: bench
bench: ## named benchmarks as benchstat reads them [NAME=regex]
	@bash scripts/bench.sh '$(NAME)'

.PHONY: fuzz
fuzz: ## every fuzz target for N seconds [N=10 TARGET=regex]
	@bash scripts/fuzz.sh '$(N)' '$(TARGET)'

.PHONY: fresh
fresh: ## a clean clone with empty caches: what a new machine sees
	bash scripts/fresh.sh

.PHONY: clean
clean: ## remove everything that was built
	rm -rf build

$(TOOLS)/buf:
	@mkdir -p $(TOOLS)
	cd tool && go build -o ../$(TOOLS)/ github.com/bufbuild/buf/cmd/buf github.com/cosmos/gogoproto/protoc-gen-gocosmos \
		github.com/grpc-ecosystem/grpc-gateway/protoc-gen-grpc-gateway github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-openapiv2

$(TOOLS)/golangci-lint:
	@mkdir -p $(TOOLS)
	cd tool && go build -o ../$(TOOLS)/ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
