#!/bin/bash
# Larder in front of upstreams that are out of reach, overloaded or lying: upstream_outage.py and
# upstream_lies.py, in a network namespace whose only addresses are on loopback, with name
# resolution of their own. Arguments go to both: upstreams.sh -k black
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

main() {
  unshare --map-root-user --net --mount true 2>/dev/null ||
    { echo "needs network namespaces"; exit 77; }
  echo "nameserver 192.0.2.53" >"$WORK/resolv.conf"
  printf '127.0.0.1 localhost\n169.254.169.254 metadata.test\n' >"$WORK/hosts"
  local suite status=0
  for suite in outage lies; do
    say "$suite"
    # shellcheck disable=SC2016  # these are the inner shell's
    LARDER=$LARDER unshare --map-root-user --net --mount "$BASH" -c '
      mount --bind "$1/resolv.conf" /etc/resolv.conf
      mount --bind "$1/hosts" /etc/hosts
      shift
      exec "$@"' in-namespace "$WORK" "$PYTHON" -B "$E2E/upstream_$suite.py" "$@" || status=1
  done
  ((status == 0)) || fail "see above"
  say "passed"
}

main "$@"
