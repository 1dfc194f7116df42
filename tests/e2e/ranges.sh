#!/bin/bash
# Lazy pulls: ranges of a big blob that is not cached fetch the chunks around them and no more; the
# same ranges come from the cache when the upstream is gone, also after a restart and a kill.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source=lib_blobs.sh
source "$E2E/lib_blobs.sh"

CHUNK=$((1 << 20))
RANGES=(0-99 5000000-5000999 $((20 * CHUNK - 10))-$((20 * CHUNK + 10)) 33554432-35651583)
CHUNKS=$((1 + 1 + 2 + 2))

main() {
  start_source upstream 1 $((64 * CHUNK)) --rate 50e6
  local digest=${DIGESTS[0]} sent
  curl -fsS -o "$WORK/whole" "http://127.0.0.1:$SOURCE_PORT/v2/app/blobs/$digest"
  sleep 0.3
  : >"$WORK/upstream.sent"
  write_config < <(from_source)
  start_larder

  say "ranges of a blob that is not cached"
  check_ranges "$digest"
  sent=$(sent_bytes upstream "$digest")
  say "$sent bytes from upstream for ${#RANGES[@]} ranges in $CHUNKS chunks"
  ((sent <= CHUNKS * CHUNK)) || fail "more than the chunks were fetched"

  say "again, with the upstream gone"
  stop "$SOURCE"
  check_ranges "$digest"
  say "again, after an orderly restart"
  stop "$LARDER_PID"
  start_larder
  check_ranges "$digest"
  say "again, after a kill"
  kill_larder
  start_larder
  check_ranges "$digest"
  say "passed"
}

check_ranges() {
  local range first last
  for range in "${RANGES[@]}"; do
    first=${range%-*} last=${range#*-}
    curl -fsS -m 20 -r "$range" -o "$WORK/part" "$(blob_url "$1")" || fail "bytes $range"
    cmp "$WORK/part" <(tail -c +$((first + 1)) "$WORK/whole" | head -c $((last - first + 1))) ||
      fail "bytes $range are wrong"
  done
}

main
