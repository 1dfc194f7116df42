#!/bin/bash
# An endpoint beside clients that send their heads slowly, read nothing or stay idle, and beside
# connects from outside `allow`: an honest client's requests all succeed, memory stays bounded, and
# who misses a deadline is gone after it. Prints what was measured.
#
# endpoint_flood.sh [HEADS READERS IDLE STRANGERS], by default 500 500 200 10000
# shellcheck source-path=SCRIPTDIR source=lib_hosts.sh
source "$(dirname "$0")/lib_hosts.sh"
# shellcheck source-path=SCRIPTDIR source=lib_runtime.sh
source "$(dirname "$0")/lib_runtime.sh"

CLIENT=10.77.0.20 ATTACKER=10.77.0.21 OUTSIDER=10.77.0.66
COUNTS=("${1:-500}" "${2:-500}" "${3:-200}" "${4:-10000}")
MEMORY_MIB_MAX=64
BUSY_MS=100
HEAD_S=10 IDLE_S=10 STALL_S=30  # the last is Larder's own

main() {
  start_network
  host client $CLIENT/24
  host attacker $ATTACKER/24
  host outsider $OUTSIDER/24
  echo "$NODE registry.test" | name_hosts
  registry source
  make_image app --layers 1 --layer-bytes 200000 --big-bytes 20000000 >/dev/null
  push app source shop/web:v1
  authority ca
  certificate ca node DNS:registry.test
  configure
  start_larder
  on client curl -fsS --cacert "$WORK/ca.crt" -o /dev/null -o /dev/null \
    "https://registry.test$(layer 1)" "https://registry.test$(layer 2)"
  {
    layer 1 && layer 2
    printf '%s\n' /run/netns/{client,attacker,outsider}
  } >"$WORK/targets"
  "$PYTHON" -B "$E2E/flood.py" registry.test 443 "$WORK/ca.crt" "$LARDER_PID" "$WORK/targets" \
    "${COUNTS[@]}" >"$WORK/seen.json" || fail "the flood"
  jq . "$WORK/seen.json"
  expect_all_well
  say "passed"
}

# layer N: the path of a layer's blob.
layer() {
  skopeo inspect --raw "oci:$WORK/app:v1" |
    jq -r --argjson n "$1" '"/v2/shop/web/blobs/" + .layers[$n].digest'
}

configure() {
  METRICS_PORT=$(free_port)
  cat >"$WORK/larder.yaml" <<END
cache: {path: $WORK/cache, budget: 4GiB, free_floor: 64MiB}
listeners:
  - name: endpoint
    address: $NODE:443
    tls: {certificate: $WORK/node.crt, key: $WORK/node.key}
    allow: [10.77.0.16/28]
    hosts: [registry.test]
    limits:
      requests: 700
      requests_per_source: 0  # all of the bad clients get in
      connections_per_source: 0
      head_timeout: ${HEAD_S}s
      idle_timeout: ${IDLE_S}s
metrics: {address: "127.0.0.1:$METRICS_PORT"}
control: {socket: $WORK/larder.sock}
log: {level: info, format: text}
upstreams:
  - {match: registry.test, endpoints: ["http://127.0.0.1:${PORT_OF[source]}"]}
END
}

# holds FILTER: of what was measured.
holds() {
  jq -e --argjson memory $MEMORY_MIB_MAX --argjson strangers "${COUNTS[3]}" "$1" \
    "$WORK/seen.json" >/dev/null || fail "not so: $1"
}

# shellcheck disable=SC2016  # the variables are jq's
expect_all_well() {
  holds '.failures == []'
  # Twice as long as in calm; a machine with other work takes so long now and then anyway.
  holds "([.beside_bad_clients.p99_ms, .beside_strangers.p99_ms] | max) <=
    ([2 * .calm.p99_ms, $BUSY_MS] | max)"
  holds '.memory_with_bad_clients - .memory_before <= $memory'
  holds '.memory_after_strangers - .memory_with_bad_clients <= 2'
  holds '.strangers == (.strangers + {refused: $strangers, answered: 0})'
  holds ".gone_s.heads != null and .gone_s.heads <= .setup_s + $HEAD_S + 12"
  holds ".gone_s.idle != null and .gone_s.idle <= .setup_s + $IDLE_S + 12"
  holds ".gone_s.readers != null and .gone_s.readers <= .setup_s + $STALL_S + 8"
}

main
