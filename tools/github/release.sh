#!/usr/bin/env bash
# Releases a model of a bucket or a registry, and writes what make propose-release proposes: branch, title, body.md and
# the stack files. The values are those of a workflow's inputs, so they come in the environment and are not trusted.
#
# usage: SERVICE=NAME MODEL=URL DIGEST=SHA256 STACKS="gke eks" [ARTIFACT=model] release.sh MODELFERRY DIR
set -euo pipefail
modelferry=$1 out=$2

fail() {
  echo "make release: $*" >&2
  exit 2
}

[[ ${SERVICE:-} =~ ^[a-z0-9][a-z0-9-]{0,62}$ ]] || fail "invalid SERVICE: must be the name of a service"
[[ ${ARTIFACT:=model} =~ ^[a-z0-9][a-z0-9-]{0,62}$ ]] || fail "invalid ARTIFACT: must be the name of an artifact"
[[ ${STACKS:-} =~ ^[a-z0-9][a-z0-9-]*( [a-z0-9][a-z0-9-]*)*$ ]] || fail "invalid STACKS: must be names of stacks, separated by spaces"
[[ ${MODEL:-} =~ ^(gs://|s3://|models:/)[!-~]+$ ]] || fail "invalid MODEL: must be gs://BUCKET/PATH, s3://BUCKET/PATH or models:/NAME/VERSION"
[[ ${DIGEST:=} =~ ^([0-9a-f]{64})?$ ]] || fail "invalid DIGEST: must be a SHA-256, 64 digits in lower case"
# A registry's model is packed, so its digest may not be known before.
[[ -n $DIGEST || $MODEL == models:/* ]] || fail "DIGEST is required: the SHA-256 of $MODEL"

download=$(mktemp -d)
trap 'rm -rf "$download"' EXIT
source=$MODEL
case $MODEL in
  gs://*) gcloud storage cp "$MODEL" "$download/" ;;
  s3://*) aws s3 cp --no-progress "$MODEL" "$download/" ;;
esac
if [[ $MODEL != models:/* ]]; then
  source=$download/${MODEL##*/}
  [[ -f $source ]] || fail "$MODEL was not downloaded: must be the URL of one object"
fi

stacks=() files=()
for stack in $STACKS; do
  stacks+=(--stack "$stack")
  files+=("Pulumi.$stack.yaml")
done
"$modelferry" release "$SERVICE" "$ARTIFACT=$source" ${DIGEST:+--sha256 "$DIGEST"} "${stacks[@]}"

mkdir -p "$out"
cp "${files[@]}" "$out/"
git diff --no-color -- "${files[@]}" >"$out/diff"
[[ -s $out/diff ]] || fail "the stacks $STACKS already have this release"
short=${DIGEST:-$(sha256sum <"$out/diff")}
short=${short:0:12}
echo "release/$SERVICE-$short" >"$out/branch"
echo "Release $SERVICE $short" >"$out/title"
{
  printf 'Releases `%s` of `%s` on %s, from `%s`. The artifact is in the bucket; merging deploys it.\n\n' "$ARTIFACT" "$SERVICE" "$STACKS" "${MODEL//\`/}"
  printf '````diff\n%s\n````\n' "$(cat "$out/diff")"
} >"$out/body.md"
rm "$out/diff"
