#!/bin/bash
# Static keys, profiles, roles and web identities (IRSA) as Larder's AWS identities, against moto
# (from PyPI) as IAM, STS and ECR: aws_moto.py. MOTO_VENV names a Python environment that has
# moto[server]; without it one is made for the test. Arguments go to the script: aws_moto.sh -k role
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

main() {
  local venv=${MOTO_VENV:-$WORK/venv} port
  [[ -n ${MOTO_VENV:-} ]] || install_moto "$venv"
  port=$(free_port)
  start moto "$venv/bin/moto_server" -H 127.0.0.1 -p "$port"
  wait_until 60 "moto" port_open "$port"
  AWS_PROBE=${AWS_PROBE:-$ROOT/build/release/tests/aws_probe} MOTO=http://127.0.0.1:$port \
    "$venv/bin/python" -B "$E2E/aws_moto.py" "$@" || fail "see above"
  say "passed"
}

install_moto() {
  { "$PYTHON" -m venv "$1" && "$1/bin/pip" install -q --disable-pip-version-check \
    "moto[server]==5.*"; } >"$WORK/pip.log" 2>&1 || { echo "needs moto of PyPI"; exit 77; }
}

main "$@"
