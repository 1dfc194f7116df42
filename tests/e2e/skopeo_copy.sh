#!/bin/bash
# skopeo copies images through Larder byte for byte (host-in-path form: skopeo sends no `ns`): an
# OCI image, an image index and a Docker schema 2 image, by tag and by digest, with and without
# upstream; and lists their tags.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

main() {
  start_registry
  make_image plain --layers 3 --big-bytes $((8 << 20)) >/dev/null
  make_image index --platforms 3 >/dev/null
  push plain oci && push index index && push plain docker --format v2s2
  UPSTREAM=docker://127.0.0.1:$REGISTRY_PORT/app
  write_config <<END
upstreams:
  - match: registry.test
    endpoints: ["http://127.0.0.1:$REGISTRY_PORT"]
END
  start_larder
  THROUGH=docker://127.0.0.1:$LARDER_PORT/registry.test/app

  local tag
  for tag in oci index docker; do remember "$tag"; done
  for tag in oci index docker; do compare "$tag" "first"; done
  for tag in oci index docker; do compare "$tag" "again"; done
  expect_media_types
  expect_tags
  say "upstream stopped"
  stop "$REGISTRY"
  for tag in oci index docker; do compare "$tag" "offline"; done
  expect_tags
  say "passed"
}

push() {
  skopeo copy -q --all --dest-tls-verify=false "${@:3}" "oci:$WORK/$1:v1" \
    "docker://127.0.0.1:$REGISTRY_PORT/app:$2"
}

pull() { skopeo copy -q --all --preserve-digests --src-tls-verify=false "$1" "dir:$2" >/dev/null; }

# Takes the image straight from upstream, to compare with.
remember() {
  pull "$UPSTREAM:$1" "$WORK/upstream-$1"
  skopeo inspect --raw --tls-verify=false "$UPSTREAM:$1" >"$WORK/upstream-$1.raw"
}

compare() {
  local tag=$1 digest copy="$WORK/copy-$1-$2"
  digest=sha256:$(sha256sum <"$WORK/upstream-$tag.raw" | cut -d ' ' -f 1)
  for reference in ":$tag" "@$digest"; do
    skopeo inspect --raw --tls-verify=false "$THROUGH$reference" >"$WORK/through.raw"
    cmp "$WORK/upstream-$tag.raw" "$WORK/through.raw" || fail "manifest of $tag$reference differs"
    pull "$THROUGH$reference" "$copy"
    diff -r "$WORK/upstream-$tag" "$copy" || fail "copy of $tag by $reference differs"
    rm -rf "$copy"
  done
  say "$tag ($2): same bytes by tag and digest, $(du -sh "$WORK/upstream-$tag" | cut -f 1)"
}

expect_tags() {
  expect_equal "tags" "docker index oci" "$(skopeo list-tags --tls-verify=false "$THROUGH" |
    tr -d ' \n' | grep -o '"Tags":.*' | grep -oE '"[a-z]+"' | tr -d '"' | sort | paste -sd ' ')"
}

# The documents' media types and digests are the upstream's.
expect_media_types() {
  local tag base=v2/app/manifests
  for tag in oci index docker; do
    expect_equal "headers of $tag" \
      "$(headers "http://127.0.0.1:$REGISTRY_PORT/$base/$tag")" \
      "$(headers "http://127.0.0.1:$LARDER_PORT/$base/$tag?ns=registry.test")"
  done
}

headers() {
  curl -fsSI -m 5 -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
    -H 'Accept: application/vnd.oci.image.index.v1+json' \
    -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' "$1" |
    tr -d '\r' | tr '[:upper:]' '[:lower:]' |
    grep -E '^(content-type|content-length|docker-content-digest):' | sort
}

main
