# The targets of modelferry. `make help` lists them.
STACK ?= gke
BIN := $(CURDIR)/.local/bin
FERRY := $(BIN)/ferry
# Builds must not depend on the caller's settings: no workspace, no VCS stamp.
export GOFLAGS := -buildvcs=false
export GOWORK := off
export MODELFERRY_BIN := $(BIN)
build = @go run -C tools/build . $(1)
# The Kubernetes provider of a new stack: official, or quick, which needs no plugin. A stack keeps the provider of its
# first make up (docs/adr/0022-official-kubernetes-provider.md).
PROVIDER ?=
export MODELFERRY_PROVIDER := $(PROVIDER)
recorded_provider = $(shell cat .local/$(STACK)/kubernetes-provider 2>/dev/null)
kubernetes_plugin = $(if $(filter quick,$(or $(PROVIDER),$(1))),,$(call build,pulumi pulumi-resource-kubernetes))
MODULES := . stack/iamtest stack/policytest fetcher local bench tools/build tools/kubeconform tools/gate
# The fetcher is tested with the flags of a release, so that its SDKs are compiled once.
FETCHER_ENV := CGO_ENABLED=0
FETCHER_FLAGS := -trimpath

.DEFAULT_GOAL := help
.PHONY: help up down status env publish preview render image test golden soak breaks e2e e2e-plugin bench bench-scale lint clean

##@ Use

help: ## print this list
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "%s%s\n", (n++ ? "\n" : ""), substr($$0, 5)} \
	/^[a-z0-9-]+:.*## / {gsub(/\$$\$$/, "$$"); printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The --stack flag if the caller set STACK, otherwise nothing.
stack_flag = $(if $(filter-out file,$(origin STACK)),$(addprefix --stack ,$(STACK)))

# Only a KUBECONFIG on the command line is an error: many shells export one.
kubeconfig_error = make up starts a cluster on this machine and ignores KUBECONFIG. To deploy to an existing GKE or EKS \
cluster, set modelferry:cluster to {existing: NAME} in Pulumi.$(STACK).yaml and run pulumi up -s $(STACK) \
(docs/deploy-$(STACK).md, "Use an existing cluster")

up: ## start the local cloud and deploy a stack to it; run again to update [STACK=gke|eks PROVIDER=quick]
	$(if $(filter command,$(origin KUBECONFIG)),$(error $(kubeconfig_error)))
	$(call build)
	$(call kubernetes_plugin,$(recorded_provider))
	@$(FERRY) up --stack $(STACK)

status: ## list the pods with model digest and fetch time
	$(call build,ferry)
	@$(FERRY) status

publish: ## upload a model to the local bucket and release it SERVICE= FILE= [ARTIFACT=model STACK=]
	$(call build,ferry)
	@$(FERRY) publish --stack $(STACK) --artifact $(or $(ARTIFACT),model) "$(SERVICE)" "$(FILE)"

down: ## stop the local clouds, or one of them, and remove their data [STACK=]
	$(call build,ferry)
	@$(FERRY) down $(stack_flag)

env: ## print exports for your own pulumi CLI: eval "$$(make -s env)" [STACK=]
	$(call build,pulumi ferry) >&2
	@$(FERRY) env --stack $(STACK)

preview: ## show the plan, without a cloud account [STACK=]
	$(call build,pulumi ferry)
	@$(FERRY) preview --stack $(STACK)

render: ## write the Kubernetes objects as YAML DIR= [STACK=]
	$(call build,pulumi ferry)
	@$(FERRY) render --stack $(STACK) --dir "$(or $(DIR),$(error DIR is required: make render DIR=out))"

image: ## build the fetcher image for amd64 and arm64 and print its digest; push it with REGISTRY= [REGISTRY=]
	$(call build,ferry) >&2
	@$(FERRY) image $(if $(REGISTRY),--registry $(REGISTRY))

clean: override STACK := # stop every stack: clean removes their programs
clean: down ## run make down and remove everything that was built
	@rm -rf .local

##@ Develop

# RUN is the -run flag of go test: make test MODULES=fetcher RUN=TestFetcher
run_flag = $(if $(RUN),-run '$(RUN)')

# The tests of these modules read files outside of the module, which Go's test cache ignores.
UNCACHED := stack/iamtest stack/policytest local tools/gate

test: ## run every test that does not need root [MODULES= RUN=]
	$(call build,pulumi fake-gcs-server versitygw)
	@set -e; for module in $(MODULES); do echo "== $$module"; \
	case " $(UNCACHED) " in *" $$module "*) flags=-count=1;; *) flags=;; esac; \
	if [ $$module = fetcher ]; then $(FETCHER_ENV) go test -C $$module $(FETCHER_FLAGS) $(run_flag) ./...; \
	else go test -C $$module $$flags $(run_flag) ./...; fi; done

lint: ## run golangci-lint, actionlint, kubeconform and kube-score
	$(call build,pulumi ferry golangci-lint actionlint kube-score kubeconform)
	@set -e; for module in $(MODULES); do echo "== $$module"; (cd $$module && $(BIN)/golangci-lint run ./...); done
	@$(BIN)/actionlint && tools/objects/check.sh $(BIN)

breaks: ## break the program, one line at a time, and see the test that fails for it; as root [BREAK=metadata]
	$(call build)
	$(call kubernetes_plugin)
	@go test -C tools/gate -tags breaks -count=1 -timeout 120m -v -run 'TestProgramBreaks_detected/$(BREAK)' .

golden: ## regenerate the reviewed plans of both stacks (testdata)
	@go test ./stack/tests/program -count=1 -run TestPlan_golden -golden

bench: ## compare the fetcher with s5cmd and boto3, as ratios
	@cd bench && go run . -plot ../docs/performance.svg

bench-scale: ## measure time and memory of a plan with 3, 30 and 300 services
	$(call build,pulumi ferry)
	@go run -C local ./cmd/scale

##@ CI and long runs

# How long each fuzz target runs. Go would spend that time on making interesting inputs smaller, for which its limit
# is 60 s.
FUZZ ?= 20s
fuzz = go test -C $(1) -run '^$$' -fuzz '^$(2)$$' -fuzztime $(FUZZ) -fuzzminimizetime 10x $(3)

soak: ## run the long tests: the fetcher with the race detector and 5 GB objects, fuzzing; needs a C compiler [FUZZ=20s]
	$(call build,fake-gcs-server versitygw)
	@CGO_ENABLED=1 go test -C fetcher -race -count=1 ./...
	@$(FETCHER_ENV) go test -C fetcher $(FETCHER_FLAGS) -tags long -count=1 -run TestMemory -v .
	@$(call fuzz,fetcher,FuzzExtract,./archive)
	@$(call fuzz,fetcher,FuzzFromEnv,./request)
	@$(call fuzz,.,FuzzLoad,./config)
	@$(call fuzz,local,FuzzMatch,./internal/iampolicy)
	@$(call fuzz,local,FuzzAllows,./internal/gcpiam)
	@$(call fuzz,local,FuzzCheckIRSATrust,./internal/eksidentity)

e2e = go test -C local -tags e2e -count=1 -timeout 60m -v $(run_flag)

e2e: ## run the end-to-end tests, as root; one scenario with RUN= [RUN=TestRollback STACK= PROVIDER=]
	$(call build)
	$(call kubernetes_plugin)
	@# One after the other: two local clouds at once would slow each other down.
	@status=0; $(e2e) ./internal/provider/kubernetes || status=1; \
	for stack in $(if $(stack_flag),$(STACK),gke eks); do $(e2e) ./e2e -stack $$stack || status=1; done; exit $$status

e2e-plugin: ## test that stacks continue with Pulumi's official Kubernetes plugin, and back; it builds the plugin
	$(call build,pulumi kube ferry pulumi-resource-kubernetes)
	@go test -C local -tags e2e,official_plugin -count=1 -timeout 60m -v \
	-run TestServer_continuesWithOfficialProvider ./internal/provider/kubernetes
