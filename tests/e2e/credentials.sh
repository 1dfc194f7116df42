#!/bin/bash
# Larder in front of private registries, sound ones and hostile ones: credentials.py,
# credential_kinds.py, and in a network namespace credentials_hostile.py. Arguments go to all of
# them: credentials.sh -k Kinds
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

main() {
  local status=0
  export LARDER
  unshare --map-root-user --net true 2>/dev/null || { echo "needs network namespaces"; exit 77; }
  "$PYTHON" -B "$E2E/credentials.py" "$@" || status=1
  "$PYTHON" -B "$E2E/credential_kinds.py" "$@" || status=1
  unshare --map-root-user --net "$PYTHON" -B "$E2E/credentials_hostile.py" "$@" || status=1
  ((status == 0)) || fail "see above"
  say "passed"
}

main "$@"
