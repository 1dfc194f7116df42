#!/bin/bash
# `larder scrub` on a running daemon finds a flipped bit and a file that is gone; the next pull of
# each is right, and everything else stays a hit.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=lib_blobs.sh
source "$E2E/lib_blobs.sh"

main() {
  start_source upstream 6 3000000
  CACHE_LIMITS="scrub_rate: off" write_config < <(from_source)
  start_larder
  pull_as miss "${DIGESTS[@]}"
  await_hit "${DIGESTS[5]}"

  say "a pass over a good cache"
  scrub || fail "it found something"
  expect_equal "blobs checked" 6 "$(jq .blobs_checked "$WORK/report")"
  expect_equal "bytes checked" 18000000 "$(jq .bytes_checked "$WORK/report")"

  say "a flipped bit, and a file that is gone"
  chmod u+w "$(blob_file "${DIGESTS[2]}")"
  flip_byte "$(blob_file "${DIGESTS[2]}")" 1500000
  rm "$(blob_file "${DIGESTS[4]}")"
  scrub || fail "what it found was not repaired"
  expect_equal "blobs with a wrong digest" 1 "$(jq .counts.wrong_digest "$WORK/report")"
  expect_equal "missing files" 1 "$(jq .counts.missing_file "$WORK/report")"
  grep -qF "${DIGESTS[2]}" "$WORK/report" || fail "the report does not name the blob"
  (($(metric larder_corrupt_blobs_total) > 0)) || fail "larder_corrupt_blobs_total says nothing"

  pull_as hit "${DIGESTS[0]}" "${DIGESTS[1]}" "${DIGESTS[3]}" "${DIGESTS[5]}"
  pull_as miss "${DIGESTS[2]}" "${DIGESTS[4]}"
  await_hit "${DIGESTS[4]}"
  pull_as hit "${DIGESTS[@]}"
  scrub || fail "it found something again"
  say "passed"
}

scrub() {
  timeout 30 "$LARDER" scrub --config "$WORK/larder.yaml" --rate 1GiB --output json \
    >"$WORK/report" 2>"$WORK/scrub.log"
}

main
