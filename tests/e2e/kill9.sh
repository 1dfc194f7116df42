#!/bin/bash
# kill -9 at random instants under load (torture.py, in short): no wrong byte, nothing that was
# complete lost, partial blobs gone on with. SEED=N repeats a run's choices.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

start torture "$PYTHON" -B "$E2E/torture.py" "$LARDER" --kills 12 --images 16 \
  ${SEED:+--seed "$SEED"}
wait "$STARTED" || fail "see torture.log"
cat "$WORK/torture.log"
say "passed"
