#!/bin/bash
# kill -9 at 95 % of a blob of 200 MiB from a slow source: after the restart only the rest is
# fetched.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=lib_blobs.sh
source "$E2E/lib_blobs.sh"

BYTES=$((200 << 20))
PERCENT=$((BYTES / 100))

main() {
  start_source slow 1 $BYTES --rate 40e6
  local digest=${DIGESTS[0]} partial before again
  write_config < <(from_source)
  start_larder
  partial=$WORK/cache/partial/${digest/:/-}
  curl -sS -m 60 -o /dev/null "$(blob_url "$digest")" 2>/dev/null &
  PIDS+=("$!")
  wait_until 30 "95 % of the blob" on_disk $((95 * PERCENT)) "$partial"
  kill_larder
  before=$(sent_bytes slow "$digest")
  say "killed with $(($(stat -c %b "$partial") >> 11)) MiB on disk, $((before >> 20)) MiB sent"

  start_larder
  pull "$digest"
  again=$(($(sent_bytes slow "$digest") - before))
  say "after the restart $((again >> 20)) MiB were sent"
  ((again <= 10 * PERCENT)) || fail "$again bytes were fetched after the restart"
  grep -q flight_resumed "$WORK/larder.log" || fail "the log does not say flight_resumed"
  (($(metric larder_resumed_bytes_total) >= 90 * PERCENT)) || fail "larder_resumed_bytes_total"
  say "passed"
}

# on_disk BYTES FILE: so many are there, holes left out.
on_disk() { (($(stat -c %b "$2") * 512 >= $1)); }

main
