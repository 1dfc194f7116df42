#!/bin/bash
# Pages of the index overwritten, of a stopped larder and of a running one, with and without a hot
# copy: pulls go on, the log says what was done, and every blob stays a hit. The process may die of
# a bad page once (LMDB follows it into the void), and is started again as the kubelet would.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=lib_blobs.sh
source "$E2E/lib_blobs.sh"

PAGE=4096

main() {
  start_source upstream 40 100000
  write_config < <(from_source)
  DATA=$WORK/cache/index-v1-lmdb09/data.mdb
  start_larder
  pull_as miss "${DIGESTS[@]:0:30}"
  await_hit "${DIGESTS[29]}"
  stop "$LARDER_PID"

  say "damaged while stopped, with a hot copy"
  [[ -e $WORK/cache/index-copy/data.mdb ]] || fail "an orderly stop left no copy"
  overwrite_pages 2 1000
  begin_again
  expect_replaced
  stop_in_order

  say "damaged while stopped, without a copy"
  rm -rf "$WORK/cache/index-copy"
  overwrite_pages 2 1000
  begin_again
  expect_replaced
  stop_in_order

  say "cut short"
  rm -rf "$WORK/cache/index-copy"
  truncate -s $((3 * PAGE)) "$DATA"
  begin_again
  expect_replaced

  say "damaged while running"
  note_log
  DEATHS=0
  overwrite_pages 2 1000
  pull_all "${DIGESTS[@]:30:5}"
  expect_replaced
  say "the meta pages damaged while running"
  note_log
  DEATHS=0
  overwrite_pages 0 2
  pull_all "${DIGESTS[@]:35:5}"
  expect_replaced
  stop_in_order
  say "passed"
}

# overwrite_pages FIRST COUNT: with noise, in place, as far as there are that many.
overwrite_pages() {
  local pages=$(($(stat -c %s "$DATA") / PAGE - $1))
  ((pages <= $2)) || pages=$2
  dd if=/dev/urandom of="$DATA" bs=$PAGE seek="$1" count="$pages" conv=notrunc status=none
}

begin_again() {
  note_log
  DEATHS=0
  start larder "$LARDER" serve --config "$WORK/larder.yaml"
  LARDER_PID=$STARTED
  wait_until 15 "larder (readyz)" ready_or_again
}

ready_or_again() {
  revive
  ready
}

# Three times at most, so that one that cannot start is seen to fail.
revive() {
  ! kill -0 "$LARDER_PID" 2>/dev/null || return 0
  ((DEATHS < 3)) || return 1
  DEATHS=$((DEATHS + 1))
  start larder "$LARDER" serve --config "$WORK/larder.yaml"
  LARDER_PID=$STARTED
}

# What the log says from here on.
note_log() { LOGGED=$(wc -l <"$WORK/larder.log"); }
log_says() { tail -n +$((LOGGED + 1)) "$WORK/larder.log" | grep "$1"; }

# Each of these in time, right, whatever happens to the process meanwhile; then all are hits.
pull_all() {
  local digest
  for digest; do wait_until 15 "an answer for $digest" pulled "$digest"; done
}

pulled() {
  local got
  revive
  got=$(curl -fsS -m 20 "$(blob_url "$1")" | sha256sum | cut -d ' ' -f 1) || return 1
  [[ $got == "${1#sha256:}" ]]
}

expect_replaced() {
  wait_until 20 "index_replaced in the log" replaced
  say "  died $DEATHS times; $(log_says index_replaced)"
  ((DEATHS <= 1)) || fail "larder died more than once of one damage"
  pull_all "${DIGESTS[@]:0:30}"
  pull_as hit "${DIGESTS[@]:0:30}"
}

replaced() {
  ready_or_again || true
  log_says index_replaced
}

stop_in_order() {
  wait_until 10 "the walk over the files" log_says reconciled
  stop "$LARDER_PID"
}

main
