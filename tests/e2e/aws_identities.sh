#!/bin/bash
# Instance roles, EKS Pod Identity and ECS tasks as Larder's identities, at the addresses they have
# on AWS: aws_identities.py, in a network namespace whose loopback has these. Arguments go to it:
# aws_identities.sh -k ipv6
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

main() {
  unshare --map-root-user --net true 2>/dev/null || { echo "needs network namespaces"; exit 77; }
  "$PYTHON" -c "import botocore" 2>/dev/null || { echo "needs python3-botocore"; exit 77; }
  export AWS_PROBE=${AWS_PROBE:-$ROOT/build/release/tests/aws_probe}
  # shellcheck disable=SC2016  # these are the inner shell's
  unshare --map-root-user --net "$BASH" -c '
    ip link set lo up
    for address in 169.254.169.254/32 169.254.170.23/32 169.254.170.2/32; do
      ip address add "$address" dev lo
    done
    for address in fd00:ec2::254/128 fd00:ec2::23/128; do
      ip address add "$address" dev lo nodad
    done
    exec "$@"' in-namespace "$PYTHON" -B "$E2E/aws_identities.py" "$@" || fail "see above"
  say "passed"
}

main "$@"
