# What a person does with modelferry. `make help` lists it.
STACK ?= gke
BIN := $(CURDIR)/.local/bin
FERRY := $(BIN)/ferry
# Reproducible whatever the caller's settings: no workspace, no VCS stamp.
export GOFLAGS := -buildvcs=false
export GOWORK := off
export MODELFERRY_BIN := $(BIN)
build = @go run -C tools/build . $(1)
MODULES := . stack/iamtest fetcher local bench tools/build tools/kubeconform
# The fetcher is tested as it is released, so that its SDKs are compiled once.
RELEASED := CGO_ENABLED=0
RELEASE := -trimpath

.DEFAULT_GOAL := help
.PHONY: help up down status env publish preview render image test golden soak e2e bench bench-scale lint clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# STACK where the person gave one, and nothing for the default.
given = $(if $(filter-out file,$(origin STACK)),$(addprefix --stack ,$(STACK)))

# The variable alone is no fault: many a shell has it.
elsewhere = make up runs a cluster of its own on this machine, and takes no KUBECONFIG: for a GKE or EKS cluster \
that exists, set modelferry:cluster to {existing: NAME} in Pulumi.$(STACK).yaml and run pulumi up -s $(STACK) \
(README.md, "Use a cluster that exists")

up: ## start the local cloud and deploy a stack into it; again: an update [STACK=gke|eks]
	$(if $(filter command,$(origin KUBECONFIG)),$(error $(elsewhere)))
	$(call build)
	@$(FERRY) up --stack $(STACK)

down: ## stop the local clouds, or one, and leave nothing of them behind [STACK=]
	$(call build,ferry)
	@$(FERRY) down $(given)

status: ## what runs, with each pod's model digest and fetch time
	$(call build,ferry)
	@$(FERRY) status

env: ## exports for an ordinary pulumi CLI: eval "$$(make -s env)" [STACK=]
	$(call build,pulumi ferry) >&2
	@$(FERRY) env --stack $(STACK)

publish: ## put a model into the local cloud's bucket and make it the live one SERVICE= FILE= [ARTIFACT=model STACK=]
	$(call build,ferry)
	@$(FERRY) publish --stack $(STACK) --artifact $(or $(ARTIFACT),model) "$(SERVICE)" "$(FILE)"

preview: ## the plan, from the real engine, with no cloud account [STACK=]
	$(call build,pulumi ferry)
	@$(FERRY) preview --stack $(STACK)

render: ## the Kubernetes objects as YAML DIR= [STACK=]
	$(call build,pulumi ferry)
	@$(FERRY) render --stack $(STACK) --dir "$(or $(DIR),$(error name the folder: make render DIR=out))"

image: ## the fetcher's image, reproducible, amd64 and arm64, printed by digest [REGISTRY=]
	$(call build,ferry) >&2
	@$(FERRY) image $(if $(REGISTRY),--registry $(REGISTRY))

test: ## every test that needs no root
	$(call build,pulumi fake-gcs-server versitygw)
	@set -e; for module in $(MODULES); do echo "== $$module"; \
	if [ $$module = fetcher ]; then $(RELEASED) go test -C $$module $(RELEASE) ./...; else go test -C $$module ./...; fi; done

golden: ## the reviewed plans of both stacks, written anew: stack/testdata
	@go test ./stack -count=1 -run TestPlanIsTheReviewedOne -golden

# How long each fuzz target runs.
FUZZ ?= 20s
fuzz = go test -C $(1) -run '^$$' -fuzz '^$(2)$$' -fuzztime $(FUZZ) $(3)

soak: ## the fetcher's long tests: race detector, 5 GB objects, fuzzing; needs a C compiler [FUZZ=20s]
	$(call build,fake-gcs-server versitygw)
	@CGO_ENABLED=1 go test -C fetcher -race -count=1 ./...
	@$(RELEASED) go test -C fetcher $(RELEASE) -tags long -count=1 -run TestMemory -v .
	@$(call fuzz,fetcher,FuzzExtract,./archive)
	@$(call fuzz,fetcher,FuzzEnvironment,./request)
	@$(call fuzz,.,FuzzLoad,./config)

e2e: ## up, model update, rollback, failure cases, down, for both stacks, as root
	$(call build)
	@# One after the other: the second looks for whatever Kubernetes the first has running.
	@go test -C local -tags e2e -count=1 -timeout 60m -v ./provider/kubernetes
	@go test -C local -tags e2e -count=1 -timeout 60m -v ./e2e

bench: ## the fetcher beside s5cmd and boto3, as ratios
	@cd bench && go run . -plot ../docs/performance.svg

bench-scale: ## a plan's time and memory with 3, 30 and 300 services
	$(call build,pulumi ferry)
	@go run -C local ./scale

lint: ## golangci-lint on every module, actionlint, kubeconform and kube-score on what both stacks render
	$(call build,pulumi ferry golangci-lint actionlint kube-score kubeconform)
	@set -e; for module in $(MODULES); do echo "== $$module"; (cd $$module && $(BIN)/golangci-lint run ./...); done
	@$(BIN)/actionlint && tools/objects/check.sh $(BIN)

clean: override STACK := # all of them: what they run is removed
clean: down ## remove what was built, too
	@rm -rf .local
