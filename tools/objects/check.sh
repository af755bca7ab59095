#!/usr/bin/env bash
# Validates the Kubernetes objects that both stacks render, with the default
# options and with every option on (options.STACK.yaml): kubeconform against the
# API server's own schemas, and kube-score for good practice. A critical finding
# of kube-score that is not in ignored.txt is printed and fails the script. The
# manifests of monitoring are validated by kubeconform, too.
#
# usage: check.sh BIN    BIN holds ferry, pulumi, kube-score and kubeconform
set -euo pipefail
bin=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
ignore=()
while read -r test _; do
  case "$test" in '' | '#'*) ;; *) ignore+=(--ignore-test "$test") ;; esac
done <tools/kube-score/ignored.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The OpenAPI document of the Kubernetes version that the local cloud runs.
go -C tools/kubernetes mod download k8s.io/kubernetes
kubernetes=$(go -C tools/kubernetes list -m -f '{{.Dir}}' k8s.io/kubernetes)
version=$(go -C tools/kubernetes list -m -f '{{.Version}}' k8s.io/kubernetes)
go run -C tools/kubeconform . "$kubernetes/api/openapi-spec/swagger.json" "$work/schemas" "$PWD"/local/internal/crds/*.yaml

# check NAME ARGUMENT... validates the output of ferry render ARGUMENT...
check() {
  local name=$1 objects="$work/$1" findings
  shift
  "$bin/ferry" render --dir "$objects" "$@" >/dev/null
  if ! "$bin/kubeconform" -strict -schema-location "$work/schemas/{{.ResourceKind}}{{.KindSuffix}}.json" "$objects"; then
    echo "kubeconform: $name: the API server would reject this object or drop a field" >&2
    exit 1
  fi
  if ! findings=$("$bin/kube-score" score --kubernetes-version "${version%.*}" --color never "${ignore[@]}" "$objects"/*.yaml); then
    printf '%s\n' "$findings"
    echo "kube-score: $name: fix the finding, or add the test with a reason to tools/kube-score/ignored.txt" >&2
    exit 1
  fi
  echo "kubeconform, kube-score: $name: $(find "$objects" -name '*.yaml' | wc -l) objects, 0 findings"
}

if ! "$bin/kubeconform" -strict -schema-location "$work/schemas/{{.ResourceKind}}{{.KindSuffix}}.json" monitoring/kubernetes; then
  echo "kubeconform: monitoring/kubernetes: the API server would reject this object or drop a field" >&2
  exit 1
fi
for stack in gke eks; do
  check "$stack" --stack "$stack"
  check "$stack with every option" --stack "$stack" --overlay "tools/objects/options.$stack.yaml"
done
