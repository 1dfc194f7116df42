#!/bin/bash
# Larder with secrets of every kind, and where they must not be found afterwards: known_secrets.py.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

main() {
  "$PYTHON" -c "import botocore" 2>/dev/null || { echo "needs python3-botocore"; exit 77; }
  type htpasswd >/dev/null 2>&1 || { echo "needs apache2-utils"; exit 77; }
  LARDER=$LARDER "$PYTHON" -B "$E2E/known_secrets.py" "$@" || fail "see above"
  say "passed"
}

main "$@"
