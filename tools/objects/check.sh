#!/usr/bin/env bash
# Checks the Kubernetes objects that both stacks render, as they are and with
# all of what is off by default (options.STACK.yaml): kubeconform holds them to
# the API server's own schemas, strictly, and kube-score to good practice. A
# critical finding of kube-score outside its ignored.txt fails, and is printed.
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
# The OpenAPI document of the very Kubernetes that the local cloud runs.
go -C tools/kubernetes mod download k8s.io/kubernetes
kubernetes=$(go -C tools/kubernetes list -m -f '{{.Dir}}' k8s.io/kubernetes)
go run -C tools/kubeconform . "$kubernetes/api/openapi-spec/swagger.json" "$work/schemas" "$PWD"/local/definitions/*.yaml

# check NAME RENDER... checks what ferry renders with these arguments.
check() {
  local name=$1 objects="$work/$1" found
  shift
  "$bin/ferry" render --dir "$objects" "$@" >/dev/null
  if ! "$bin/kubeconform" -strict -schema-location "$work/schemas/{{.ResourceKind}}{{.KindSuffix}}.json" "$objects"; then
    echo "kubeconform: $name: the API server would refuse this, or drop it" >&2
    exit 1
  fi
  if ! found=$("$bin/kube-score" score --kubernetes-version v1.34 --color never "${ignore[@]}" "$objects"/*.yaml); then
    printf '%s\n' "$found"
    echo "kube-score: $name: mend the finding, or give the test and a reason in tools/kube-score/ignored.txt" >&2
    exit 1
  fi
  echo "kubeconform, kube-score: $name: $(find "$objects" -name '*.yaml' | wc -l) objects, nothing wrong"
}

for stack in gke eks; do
  check "$stack" --stack "$stack"
  check "$stack with every option" --stack "$stack" --overlay "tools/objects/options.$stack.yaml"
done
