#!/usr/bin/env bash
# Scores the Kubernetes objects that both stacks render. A critical finding
# outside ignored.txt fails, and is printed.
#
# usage: score.sh BIN    BIN holds ferry, pulumi and kube-score
set -euo pipefail
bin=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
ignore=()
while read -r test _; do
  case "$test" in '' | '#'*) ;; *) ignore+=(--ignore-test "$test") ;; esac
done <"$here/ignored.txt"
rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
for stack in gke eks; do
  "$bin/ferry" render --stack "$stack" --dir "$rendered/$stack" >/dev/null
  if ! found=$("$bin/kube-score" score --kubernetes-version v1.34 --color never "${ignore[@]}" "$rendered/$stack"/*.yaml); then
    printf '%s\n' "$found"
    echo "kube-score: $stack: mend the finding, or give the test and a reason in tools/kube-score/ignored.txt" >&2
    exit 1
  fi
  echo "kube-score: $stack: $(find "$rendered/$stack" -name '*.yaml' | wc -l) objects, nothing critical"
done
