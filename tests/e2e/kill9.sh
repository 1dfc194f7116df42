#!/bin/bash
# kill -9 twenty times during fills: every blob that was complete is served again without upstream,
# and no wrong byte ever. SEED=N repeats a run's choices.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

COUNT=120
BYTES=$((3 << 20))

start upstream "$PYTHON" "$E2E/slow_registry.py" "$WORK/blobs" $COUNT $BYTES --rate 12e6
wait_until 20 "slow registry" test -e "$WORK/blobs"
write_config <<END
upstreams:
  - match: registry.test
    endpoints: ["http://127.0.0.1:$(head -n 1 "$WORK/blobs")"]
END
start kill9 "$PYTHON" "$E2E/kill9.py" "$LARDER" "$WORK/larder.yaml" \
  "http://127.0.0.1:$LARDER_PORT/v2/registry.test/app" "http://127.0.0.1:$METRICS_PORT/readyz" \
  $COUNT $BYTES ${SEED:+--seed "$SEED"}
wait "$STARTED" || fail "see kill9.log"
grep -E '^(seed|round)' "$WORK/kill9.log"
say "passed"
