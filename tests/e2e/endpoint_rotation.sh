#!/bin/bash
# An endpoint's certificate is replaced five times (or as often as the argument says) while clients
# ask without a pause, on kept connections and on new ones: no request fails, and each new
# certificate is shown.
# shellcheck source-path=SCRIPTDIR source=lib_hosts.sh
source "$(dirname "$0")/lib_hosts.sh"

CLIENT=10.77.0.20 ROTATIONS=${1:-5}

main() {
  start_network
  host client $CLIENT/24
  echo "$NODE registry.test" | name_hosts
  authority ca
  certificate ca client
  certificate ca node DNS:registry.test
  configure
  start_larder
  start load nsenter --net=/run/netns/client "$PYTHON" -B "$E2E/tls_load.py" registry.test 443 \
    "$WORK/ca.crt" "$WORK/client.crt" "$WORK/client.key" /v2/ "$WORK/end"
  local load=$STARTED i
  for ((i = 0; i < ROTATIONS; i++)); do rotate "$i"; done
  expect_bad_files_kept
  touch "$WORK/end"
  wait "$load" || fail "the load"
  expect_nothing_lost
  say "passed"
}

configure() {
  METRICS_PORT=$(free_port)
  cat >"$WORK/larder.yaml" <<END
cache: {path: $WORK/cache, budget: 4GiB, free_floor: 64MiB}
listeners:
  - name: endpoint
    address: $NODE:443
    tls: {certificate: $WORK/node.crt, key: $WORK/node.key, client_ca: $WORK/ca.crt}
    allow: [$CLIENT]
metrics: {address: "127.0.0.1:$METRICS_PORT"}
control: {socket: $WORK/larder.sock}
log: {level: info, format: text}
END
}

serial() { openssl x509 -in "$1" -noout -serial | cut -d = -f 2; }

shown() {
  on client openssl s_client -connect "$NODE:443" -servername registry.test \
    -cert "$WORK/client.crt" -key "$WORK/client.key" </dev/null 2>/dev/null |
    openssl x509 -noout -serial | cut -d = -f 2
}
shows() { [[ $(shown) == "$1" ]]; }

# rotate N: the key first, as two renames do it; with a pause between them every other time.
rotate() {
  certificate ca next DNS:registry.test
  local wanted
  wanted=$(serial "$WORK/next.crt")
  mv "$WORK/next.key" "$WORK/node.key"
  (($1 % 2 == 0)) || sleep 1.5
  mv "$WORK/next.crt" "$WORK/node.crt"
  wait_until 5 "new certificate" shows "$wanted"
}

expect_bad_files_kept() {
  local before
  before=$(shown)
  echo "no certificate" >"$WORK/node.crt"
  wait_until 5 "word of it" grep -q " certificates_kept .*listener=endpoint" "$WORK/larder.log"
  expect_equal "serial" "$before" "$(shown)"
}

expect_nothing_lost() {
  jq -c '{requests, failed: (.failures | length), kept_connections, shown: (.serials | length)}' \
    "$WORK/load.log"
  expect_equal "failures" "[]" "$(jq -c '.failures[:5]' "$WORK/load.log")"
  expect_equal "kept connections" 2 "$(jq .kept_connections "$WORK/load.log")"
  expect_equal "certificates shown" $((ROTATIONS + 1)) "$(jq '.serials | length' "$WORK/load.log")"
}

main "$@"
