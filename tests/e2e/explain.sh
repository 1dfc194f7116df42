#!/bin/bash
# `larder explain` and `larder refresh` against a real daemon and registry: a name that is new, an
# image that is all there, a tag that moved, an upstream that is gone, and a name without upstream.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

IMAGE=registry.test/app:v1

main() {
  start_registry
  make_image first --platforms 2 --layer-bytes $((2 << 20)) >/dev/null
  make_image second --platforms 2 >/dev/null
  push first v1 && push first short
  write_config <<END
upstreams:
  - match: "*.test"
    endpoints: ["http://127.0.0.1:$REGISTRY_PORT"]
freshness:
  - {match: "**:short", ttl: 1s, stale_for: 1h}
  - {match: "**", ttl: 1h, stale_for: 1h}
END
  start_larder

  say "an image that nobody has asked for"
  expect_told fetch .pull.outlook
  expect_told '*.test' .upstream.rule
  expect_equal "requests for an explanation" 0 "$(metric larder_upstream_requests_total)"
  refresh && expect_equal "the first refresh" new "$(jq -r .images[0].outcome "$WORK/report")"
  expect_told 0 '[.documents[] | .parts | length] | add'

  say "an image that is on disk"
  pull
  expect_told 100 .image.percent
  expect_told 4 .image.parts
  expect_told 1 '.documents[0].other_platforms | length'
  larder explain "$IMAGE" >"$WORK/text"
  grep -q '^image .*: 100% on disk, 4 of 4 parts' "$WORK/text" || fail "the text differs"

  say "a tag that moved"
  push second v1
  refresh && expect_equal "the second refresh" moved "$(jq -r .images[0].outcome "$WORK/report")"
  expect_told false .image.known

  say "an upstream that is gone"
  answer short >/dev/null
  stop "$REGISTRY"
  if refresh; then fail "it was refreshed without upstream"; fi
  sleep 1.1 # the TTL of one of the tags
  expect_answer 200 stale short
  IMAGE=registry.test/app:short expect_told stale .pull.outlook
  expect_told cached .pull.outlook
  expect_told true '.upstream.endpoints[0].breaker != "closed"' # open, or waiting for a trial
  expect_answer 503 breaker other

  say "a name that leads nowhere"
  IMAGE=evil.example/app:v1 expect_told refuse .pull.outlook
  IMAGE=evil.example/app:v1 expect_told closed-world .pull.cause
  NAMESPACE=evil.example expect_answer 404 closed-world v1
  say "passed"
}

push() {
  skopeo copy -q --all --dest-tls-verify=false "oci:$WORK/$1:v1" \
    "docker://127.0.0.1:$REGISTRY_PORT/app:$2"
}

# This platform's image, through Larder.
pull() {
  skopeo copy -q --src-tls-verify=false "docker://127.0.0.1:$LARDER_PORT/$IMAGE" "dir:$WORK/copy"
}

larder() { timeout 30 "$LARDER" "$@" --config "$WORK/larder.yaml"; }

refresh() { larder refresh "$IMAGE" --output json >"$WORK/report" 2>>"$WORK/refresh.log"; }

# expect_told VALUE FILTER: of the explanation of $IMAGE.
expect_told() {
  larder explain "$IMAGE" --output json >"$WORK/explanation" || fail "no explanation of $IMAGE"
  expect_equal "$2 of $IMAGE" "$1" "$(jq -r "$2" "$WORK/explanation")"
}

# answer TAG: the status and the Cache-Status of its manifest.
answer() {
  curl -sS -m 10 -o /dev/null -w '%{http_code} ' -D "$WORK/head" \
    "http://127.0.0.1:$LARDER_PORT/v2/app/manifests/$1?ns=${NAMESPACE:-registry.test}"
  tr -d '\r' <"$WORK/head" | sed -n 's/^[Cc]ache-[Ss]tatus: .*detail=//p'
}

# expect_answer STATUS DETAIL TAG
expect_answer() { expect_equal "the answer to $3" "$1 $2" "$(answer "$3")"; }

main
