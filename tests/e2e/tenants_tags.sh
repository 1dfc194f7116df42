#!/bin/bash
# Tags of short life through a listener with `auth: tenant`, from a registry that says 404 to
# whoever may not know: tenants_tags.py. Arguments go to it: tenants_tags.sh -k Larder
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

main() {
  export LARDER
  "$PYTHON" -B "$E2E/tenants_tags.py" "$@" || fail "see above"
  say "passed"
}

main "$@"
