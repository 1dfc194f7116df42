#!/bin/bash
# Damage of every kind planted in a stopped cache: `larder fsck` finds it and changes nothing,
# --repair mends it, then nothing is found, and everything is served: the damaged blobs from
# upstream, the others from disk.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=lib_blobs.sh
source "$E2E/lib_blobs.sh"

main() {
  start_source upstream 6 200000
  serve_image
  pull_as miss "${DIGESTS[@]:0:5}"
  await_hit "${DIGESTS[4]}"
  expect_equal "fsck of a cache in use" 2 "$(status_of fsck --config "$WORK/larder.yaml")"
  stop "$LARDER_PID"

  say "a good cache"
  expect_equal "fsck of a good cache" 0 "$(status_of fsck --config "$WORK/larder.yaml")"
  plant_damage
  say "found, in words and in JSON"
  check_plain
  say "repaired"
  check_repair
  say "served again"
  check_served
  say "passed"
}

# An image by tag in the cache, so that there is a tag that can dangle.
serve_image() {
  start_registry
  IMAGE=$(make_image image --layers 1 --layer-bytes 300000)
  skopeo copy -q --dest-tls-verify=false "oci:$WORK/image:v1" \
    "docker://127.0.0.1:$REGISTRY_PORT/app:v1"
  write_config <<END
upstreams:
  - {match: registry.test, endpoints: ["http://127.0.0.1:$SOURCE_PORT"]}
  - {match: images.test, endpoints: ["http://127.0.0.1:$REGISTRY_PORT"]}
END
  start_larder
  pull_image
}

pull_image() {
  rm -rf "$WORK/pulled"
  skopeo copy -q --src-tls-verify=false "docker://127.0.0.1:$LARDER_PORT/images.test/app:v1" \
    "dir:$WORK/pulled" || fail "the pull of the image"
}

# Blob 0 missing, 1 of a wrong size, 2 with a wrong bit, 3 and 4 good, 5 without a record; the tag
# of an image whose manifest was gone when larder last started; two strays.
plant_damage() {
  rm "$(blob_file "$IMAGE")" "$WORK/cache/clean"
  : >"$WORK/larder.log"
  start_larder
  wait_until 10 "the walk over the files" grep -q reconciled "$WORK/larder.log"
  stop "$LARDER_PID"

  local blobs=$WORK/cache/blobs/sha256 file
  rm "$(blob_file "${DIGESTS[0]}")"
  chmod u+w "$(blob_file "${DIGESTS[1]}")" "$(blob_file "${DIGESTS[2]}")"
  echo more >>"$(blob_file "${DIGESTS[1]}")"
  flip_byte "$(blob_file "${DIGESTS[2]}")" 100000
  file=$(blob_file "${DIGESTS[5]}")
  mkdir -p "${file%/*}"
  curl -fsS -o "$file" "http://127.0.0.1:$SOURCE_PORT/v2/app/blobs/${DIGESTS[5]}"
  echo stray >"${file%/*}/no-digest"
  echo half >"$WORK/cache/partial/sha256-$(printf '%064d' 7).document"
  DAMAGED=$(find "$blobs" "$WORK/cache/partial" -type f | sort | xargs sha256sum)
}

check_plain() {
  expect_equal "status of fsck" 1 "$(status_of fsck --path "$WORK/cache")"
  local words
  for words in "${DIGESTS[@]:0:3}" "${DIGESTS[5]}" app:v1 no-digest .document --repair; do
    grep -qF -- "$words" "$WORK/said" || fail "the report does not name $words"
  done
  cat "$WORK/said"
  expect_equal "status of fsck" 1 "$(status_of fsck --path "$WORK/cache" --output json)"
  expect_counts orphan_file=1 missing_file=1 wrong_size=1 wrong_digest=1 dangling_record=1 \
    stray_file=2
  expect_equal "what lies there after a check" "$DAMAGED" "$(
    find "$WORK/cache/blobs/sha256" "$WORK/cache/partial" -type f | sort | xargs sha256sum)"
}

check_repair() {
  local status
  status=$(status_of fsck --path "$WORK/cache" --repair --output json)
  expect_counts orphan_file=1 missing_file=1 wrong_size=1 wrong_digest=1 dangling_record=1 \
    stray_file=2
  say "$(jq -c .findings "$WORK/said")"
  expect_equal "unrepaired" 0 "$(jq .unrepaired "$WORK/said")"
  expect_equal "status of fsck --repair" 0 "$status"
  expect_equal "status of fsck afterwards" 0 "$(status_of fsck --path "$WORK/cache")"
}

check_served() {
  start_larder
  pull_as hit "${DIGESTS[@]:3:3}"
  pull_as miss "${DIGESTS[@]:0:3}"
  pull_image
}

# status_of ARGUMENTS...: of larder; what it said is in $WORK/said.
status_of() {
  local status=0
  timeout 30 "$LARDER" "$@" >"$WORK/said" 2>"$WORK/said.log" || status=$?
  echo $status
}

# expect_counts KIND=N...: in the JSON of $WORK/said.
expect_counts() {
  local pair
  for pair; do
    expect_equal "${pair%=*} in $(jq -c .counts "$WORK/said")" "${pair#*=}" \
      "$(jq ".counts.${pair%=*}" "$WORK/said")"
  done
}

main
