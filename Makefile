# The targets of modelferry. `make help` lists them.
STACK ?= gke
BIN := $(CURDIR)/.local/bin
FERRY := $(BIN)/ferry
# Builds must not depend on the caller's settings: no workspace, no VCS stamp.
export GOFLAGS := -buildvcs=false
export GOWORK := off
export MODELFERRY_BIN := $(BIN)
# Signed models and test vectors; fetcher/signature says where they come from. Tests that need them are skipped without.
export MODELFERRY_OMS ?= $(abspath $(CURDIR)/../shared/oms)
build = @go run -C tools/build . $(1)
# The Kubernetes provider of a new stack: official, or quick, which needs no plugin. A stack keeps the provider of its
# first make up (docs/adr/0022-official-kubernetes-provider.md).
PROVIDER ?=
export MODELFERRY_PROVIDER := $(PROVIDER)
# The model servers of a new stack: fake, or real, from examples/ (docs/adr/0026-real-servers-from-debian-packages.md).
SERVERS ?=
export MODELFERRY_SERVERS := $(SERVERS)
recorded_provider = $(shell cat .local/$(STACK)/kubernetes-provider 2>/dev/null)
kubernetes_plugin = $(if $(filter quick,$(or $(PROVIDER),$(1))),,$(call build,pulumi-resource-kubernetes))
# A stack is monitored from the first make up MONITORING=1 on (docs/monitoring.md).
MONITORING ?=
export MODELFERRY_MONITORING := $(MONITORING)
kube_state_metrics = $(if $(or $(MONITORING),$(wildcard .local/$(STACK)/monitoring)),$(call build,kube-state-metrics))
MODULES := . stack/iamtest stack/policytest fetcher cli local bench tools/build tools/kubeconform tools/gate tools/github tools/monitoring tools/sbom
# The fetcher and modelferry are tested with the flags of a release, so that their SDKs are compiled once.
RELEASE_ENV := CGO_ENABLED=0
RELEASE_FLAGS := -trimpath

.DEFAULT_GOAL := help
.PHONY: help up down status env publish train preview plan-comment render image modelferry test test-examples golden soak breaks e2e e2e-plugin bench bench-fleet bench-scale lint clean
.PHONY: e2e-alerts monitoring-picture sbom sign plugins monitoring-rules preview-stack deploy drift release propose-release post-comment report-drift

##@ Use

help: ## print this list
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "%s%s\n", (n++ ? "\n" : ""), substr($$0, 5)} \
	/^[a-z0-9-]+:.*## / {gsub(/\$$\$$/, "$$"); printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The --stack flag if the caller set STACK, otherwise nothing.
stack_flag = $(if $(filter-out file,$(origin STACK)),$(addprefix --stack ,$(STACK)))

# Only a KUBECONFIG on the command line is an error: many shells export one.
kubeconfig_error = make up starts a cluster on this machine and ignores KUBECONFIG. To deploy to an existing GKE or EKS \
cluster, set modelferry:cluster to {existing: NAME} in Pulumi.$(STACK).yaml and run pulumi up -s $(STACK) \
(docs/deploy-$(STACK).md, "Use an existing cluster")

up: ## start the local cloud and deploy a stack to it; run again to update [STACK=gke|eks SERVERS=real PROVIDER=quick MONITORING=1]
	$(if $(filter command,$(origin KUBECONFIG)),$(error $(kubeconfig_error)))
	$(call build)
	$(call kubernetes_plugin,$(recorded_provider))
	$(kube_state_metrics)
	@$(FERRY) up --stack $(STACK)

status: ## list the pods with model digest and fetch time, requests to real servers, the URLs of Prometheus and Alertmanager
	$(call build,ferry)
	@$(FERRY) status

publish: ## release a model in the local cloud, and deploy it with DEPLOY=1 SERVICE= FILE= [ARTIFACT=model STACK= DEPLOY=]
	$(call build,pulumi ferry modelferry)
	@exports="$$($(FERRY) env --stack $(STACK))" && eval "$$exports" && \
	$(BIN)/modelferry release --stack $(STACK) $(if $(DEPLOY),--deploy) "$(SERVICE)" "$(or $(ARTIFACT),model)=$(FILE)"

train: ## train the models of the example servers, as root [VARIANT=retrained DIR=.local/trained/VARIANT]
	$(call build,ferry)
	@$(FERRY) train $(addprefix --variant ,$(VARIANT)) $(if $(DIR),--dir "$(DIR)")

down: ## stop the local clouds, or one of them, and remove their data [STACK=]
	$(call build,ferry)
	@$(FERRY) down $(stack_flag)

env: ## print exports for pulumi and modelferry: eval "$$(make -s env)" [STACK=]
	$(call build,pulumi ferry modelferry) >&2
	@$(FERRY) env --stack $(STACK)

# With BASE, the plan is that of a change: of both stacks, or of one. OUT names files that end in .txt, .md or .json.
# ALLOW_DESTRUCTIVE=1 allows replacing or deleting clusters, node pools, buckets and keys. PROVIDERS=official has the
# official plugins validate the plan, too (make plugins).
change_flags = --base "$(BASE)" $(if $(FORMAT),--format $(FORMAT)) $(foreach file,$(OUT),--out "$(file)") $(stack_flag)

preview: ## show the plan, or what changes since BASE=origin/main, without a cloud account [STACK= BASE= FORMAT= OUT= PROVIDERS=]
	$(call build,pulumi ferry) >&2
	@$(FERRY) preview $(if $(BASE),$(change_flags),--stack $(STACK)) $(addprefix --providers ,$(PROVIDERS))

plan-comment: ## write the comment of a pull request from plans in JSON PLANS=
	@go run -C local ./cmd/plancomment $(abspath $(or $(PLANS),$(error PLANS is required: make plan-comment PLANS=plan.json)))

render: ## write the Kubernetes objects as YAML DIR= [STACK=]
	$(call build,pulumi ferry)
	@$(FERRY) render --stack $(STACK) --dir "$(or $(DIR),$(error DIR is required: make render DIR=out))"

monitoring-rules: ## print the alert rules as an object for kubectl: PrometheusRule or ClusterRules [KIND= NAMESPACE= LABEL=release=prometheus]
	@go run -C tools/monitoring ./cmd/rules $(addprefix -kind ,$(KIND)) $(addprefix -namespace ,$(NAMESPACE)) \
	$(addprefix -label ,$(LABEL)) $(CURDIR)/monitoring/rules

image: ## build the fetcher image for amd64 and arm64, push it with REGISTRY=, set it in a stack file with STACK= [PROGRAM=]
	$(call build,ferry) >&2
	@$(FERRY) image $(if $(REGISTRY),--registry $(REGISTRY) $(stack_flag)) $(PROGRAM)

clean: override STACK := # stop every stack: clean removes their programs
clean: down ## run make down and remove everything that was built
	@rm -rf .local

modelferry: ## build modelferry, which releases models, as .local/bin/modelferry
	$(call build,modelferry)

##@ Real stacks: these need credentials of the cloud and of the state (docs/ci.md)

plugins: ## install Pulumi's plugins for the clouds and Kubernetes, in the versions of go.mod
	$(call build,pulumi)
	@sed -n 's|.*github.com/pulumi/pulumi-\([a-z]*\)/sdk/v[0-9]* v\([0-9.]*\)$$|\1 \2|p' go.mod | \
	while read -r name version; do $(BIN)/pulumi plugin install resource "$$name" "$$version" || exit; done

# Without checkpoints a preview with the state in a bucket is many times as fast (docs/performance.md).
pulumi_preview = PULUMI_SKIP_CHECKPOINTS=true $(BIN)/pulumi preview --stack "$(STACK)" --non-interactive --color never

# With REFRESH, what was changed in the cloud by hand counts, too.
refresh_flag = $(if $(REFRESH),--refresh)

preview-stack: ## show what make deploy would change in a real stack [STACK= REFRESH=]
	$(call build,pulumi)
	@$(pulumi_preview) --diff $(refresh_flag)

deploy: ## deploy a real stack, without asking; REFRESH=1 repairs drift [STACK= REFRESH=]
	$(call build,pulumi)
	@$(BIN)/pulumi up --stack "$(STACK)" --yes --skip-preview --non-interactive --color never $(refresh_flag)

# Exit code 7 of pulumi says that there are changes: pkg/cmd/pulumi/cmd/exit_codes.go. A result is written only if the
# comparison has finished. Without --diff, which also prints the changed status of every object.
drift: ## compare a real stack with its cloud: an error if they differ; the report is in DIR= [STACK= DIR=.local/drift]
	$(call build,pulumi)
	@dir="$(or $(DIR),.local/drift)"; mkdir -p "$$dir" && rm -f "$$dir/result"; status=0; \
	$(pulumi_preview) --refresh --expect-no-changes >"$$dir/report.txt" 2>&1 || status=$$?; cat "$$dir/report.txt"; \
	case $$status in 0) echo clean >"$$dir/result";; 7) echo drifted >"$$dir/result";; esac; exit $$status

# SERVICE, MODEL, DIGEST, ARTIFACT and STACKS are read from the environment, where make leaves them as they are. As
# arguments of make they would be expanded.
refuse_argument = $(if $(filter command%,$(origin $(name))),$(error $(name) must be in the environment: $(name)=… make release))

release: ## release a model of a bucket or registry; variables in the environment: SERVICE= MODEL= DIGEST= STACKS= [ARTIFACT=] [DIR=]
	$(foreach name,SERVICE MODEL DIGEST ARTIFACT STACKS,$(refuse_argument))
	$(call build,modelferry)
	@tools/github/release.sh $(BIN)/modelferry "$(or $(DIR),.local/release)"

##@ Develop

# RUN is the -run flag of go test: make test MODULES=fetcher RUN=TestFetcher
run_flag = $(if $(RUN),-run '$(RUN)')

# The tests of these modules read files outside of the module, which Go's test cache ignores.
UNCACHED := stack/iamtest stack/policytest cli local tools/gate tools/monitoring tools/sbom

# The tests of the engine take minutes, and on a busy machine more than the 10 that Go allows a package by default.
test_timeout := -timeout 30m

# Without promtool, which is in Debian's package prometheus, tools/monitoring skips the tests of the alert rules. With
# CI set they fail.
test: ## run every test that does not need root [MODULES= RUN=]
	$(call build,pulumi fake-gcs-server versitygw)
	@set -e; for module in $(MODULES); do echo "== $$module"; \
	case " $(UNCACHED) " in *" $$module "*) flags=-count=1;; *) flags=;; esac; \
	case $$module in fetcher|cli) $(RELEASE_ENV) go test -C $$module $(RELEASE_FLAGS) $(test_timeout) $$flags $(run_flag) ./...;; \
	*) go test -C $$module $(test_timeout) $$flags $(run_flag) ./...;; esac; done

# Debian's Python: another one, such as pyenv's, lacks the packages. The tests start servers, so they may not write
# bytecode beside the sources either.
PYTHON ?= /usr/bin/python3
python_packages = examples/packages.txt examples/tests/packages.txt

test-examples: ## run the tests of the example servers; needs Debian 12's Python packages (examples/README.md), and root for the images
	@dpkg -s $$(cat $(python_packages)) >/dev/null 2>&1 || { \
	echo "packages are missing: apt-get install -y --no-install-recommends \$$(cat $(python_packages))" >&2; exit 1; }
	@$(PYTHON) -m pyflakes examples
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m pytest -q -p no:cacheprovider examples/tests
	@MODELFERRY_TEST_TRAIN=1 go test -C local -count=1 -run TestServers ./internal/examples

lint: ## run golangci-lint, actionlint, kubeconform and kube-score
	$(call build,pulumi ferry golangci-lint actionlint kube-score kubeconform)
	@set -e; for module in $(MODULES); do echo "== $$module"; (cd $$module && $(BIN)/golangci-lint run ./...); done
	@$(BIN)/actionlint && tools/objects/check.sh $(BIN)

breaks: ## break the program, one line at a time, and see the test that fails for it; as root [BREAK=metadata]
	$(call build)
	$(call kubernetes_plugin)
	@go test -C tools/gate -tags breaks -count=1 -timeout 120m -v -run 'TestProgramBreaks_detected/$(BREAK)' .

golden: ## regenerate the reviewed plans of both stacks, and the reports of changes (testdata)
	$(call build,pulumi)
	@go test ./stack/tests/program -count=1 -run TestPlan_golden -golden
	@go test -C local ./internal/plandiff -count=1 -run TestReport_golden -golden

bench: ## compare the fetcher with s5cmd and boto3, as ratios
	@cd bench && go run . -plot ../docs/performance.svg

# As many processes as pods of a large rollout, on one machine: 10 GB of memory, most of it for boto3.
bench-fleet: ## start 200 fetchers at once against a store that throttles them, beside s5cmd and boto3
	@cd bench && go run . -fleet -runs 3

bench-scale: ## measure time and memory of a plan with 3, 30 and 300 services
	$(call build,pulumi ferry)
	@go run -C local ./cmd/scale

##@ CI and long runs

sbom: ## build fetcher and modelferry and write their bills of materials to .local/sbom
	@$(MAKE) --no-print-directory image PROGRAM="fetcher modelferry"
	@go run -C tools/sbom . -o $(CURDIR)/.local/sbom -version "$$(git rev-parse HEAD)" \
	$(BIN)/fetcher-linux-amd64 $(BIN)/modelferry-linux-amd64

sign: ## sign the images that are listed in a file, without a key IMAGES=
	@while read -r image; do cosign sign --yes "$$image" || exit; done <"$(or $(IMAGES),$(error IMAGES is required: a file with an image on each line))"

# The workflows set GITHUB_TOKEN and the variables of the API.
propose-release: ## open a pull request with the release that make release left in DIR= [DIR=.local/release]
	@dir="$$(realpath "$(or $(DIR),.local/release)")"; go run -C tools/github . propose -dir "$$dir"

post-comment: ## write a plan as the comment of its pull request NUMBER= BODY=, two files
	@go run -C tools/github . comment -number "$$(realpath "$(NUMBER)")" -body "$$(realpath "$(BODY)")"

report-drift: ## open, renew or close the issue about drift, from the report of make drift [STACK= DIR=.local/drift]
	@dir="$(or $(DIR),.local/drift)"; go run -C tools/github . drift -stack "$(STACK)" -dir "$$(realpath "$$dir")"

# Fuzz targets run a number of inputs, about 20 seconds of them, not a time: at the end of a time, Go may report its own
# deadline as a failure (https://go.dev/issue/75804, not mended in Go 1.26). Making interesting inputs smaller has a
# limit of its own, which is 60 s.
FUZZ ?= 1
fuzz = go test -C $(1) -run '^$$' -fuzz '^$(2)$$' -fuzztime $$(($(4) * $(FUZZ)))x -fuzzminimizetime 10x $(3)

soak: ## run the long tests: the fetcher with the race detector and 5 GB objects, fuzzing; needs a C compiler [FUZZ=1]
	$(call build,fake-gcs-server versitygw)
	@CGO_ENABLED=1 go test -C fetcher -race -count=1 -timeout 20m ./...
	@$(RELEASE_ENV) go test -C fetcher $(RELEASE_FLAGS) -tags long -count=1 -run TestMemory -v .
	@$(call fuzz,fetcher,FuzzExtract,./archive,15000)
	@$(call fuzz,fetcher,FuzzInflate,./internal/inflate,60000)
	@$(call fuzz,fetcher,FuzzParallel,./internal/inflate,5000)
	@$(call fuzz,fetcher,FuzzFromEnv,./request,300000)
	@$(call fuzz,fetcher,FuzzParse,./signature,200000)
	@$(call fuzz,fetcher,FuzzParseStatement,./signature,100000)
	@$(call fuzz,fetcher,FuzzNew_evidence,./signature/keyless,10000)
	@$(call fuzz,.,FuzzLoad,./config,25000)
	@$(call fuzz,local,FuzzMatch,./internal/iampolicy,400000)
	@$(call fuzz,local,FuzzAllows,./internal/gcpiam,150000)
	@$(call fuzz,local,FuzzCheckIRSA,./internal/eksidentity/trustpolicy,25000)

e2e: ## run the end-to-end tests, as root; one scenario with RUN= [RUN=TestRollback STACK= PROVIDER=]
	$(call build)
	$(call build,modelferry kube-state-metrics)
	$(call kubernetes_plugin)
	@go run -C local ./cmd/e2e $(run_flag) $(stack_flag)

# The causes run at the same time: -parallel is above their number. It changes the stack's configuration and ends with
# make down, so a local cloud of the user is refused.
e2e-alerts: ## cause each alert in a local cloud with real model servers, as root; half an hour [STACK=gke RUN=TestAlerts/ModelOld]
	@test ! -e .local/$(STACK) || { echo "the local cloud $(STACK) exists, and make e2e-alerts would change and remove it: run make down STACK=$(STACK) first" >&2; exit 1; }
	@$(MAKE) --no-print-directory up STACK=$(STACK) SERVERS=real MONITORING=1
	$(call build,modelferry)
	@status=0; go test -C local -tags alerts -count=1 -timeout 90m -parallel 20 -v $(run_flag) ./alerts -stack $(STACK) || status=1; \
	$(FERRY) down --stack $(STACK); exit $$status

# PROMETHEUS is printed by make up MONITORING=1. PNG needs Chromium.
monitoring-picture: ## draw a dashboard with the data of a Prometheus PROMETHEUS= OUT= [DASHBOARD=fleet SERVICE= LAST=30m TO=]
	@go run -C tools/monitoring ./cmd/picture -url "$(or $(PROMETHEUS),$(error PROMETHEUS is required: its URL))" \
	-var namespace=ml-portfolio $(addprefix -var service=,$(SERVICE)) $(addprefix -for ,$(LAST)) $(addprefix -to ,$(TO)) \
	-o "$(abspath $(or $(OUT),$(error OUT is required: a file that ends in .svg or .png)))" \
	$(CURDIR)/monitoring/dashboards/$(or $(DASHBOARD),fleet).json

e2e-plugin: ## test that stacks continue with Pulumi's official Kubernetes plugin, and back; it builds the plugin
	$(call build,pulumi kube ferry pulumi-resource-kubernetes)
	@go test -C local -tags e2e,official_plugin -count=1 -timeout 60m -v \
	-run TestServer_continuesWithOfficialProvider ./internal/provider/kubernetes
