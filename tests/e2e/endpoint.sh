#!/bin/bash
# A private endpoint as other hosts see it: TLS, client certificates, `allow`, what it reaches, and
# a proxy that says for whom it speaks; by skopeo and curl.
# shellcheck source-path=SCRIPTDIR source=lib_hosts.sh
source "$(dirname "$0")/lib_hosts.sh"
# shellcheck source-path=SCRIPTDIR source=lib_runtime.sh
source "$(dirname "$0")/lib_runtime.sh"

CLIENT=10.77.0.20 OUTSIDER=10.77.0.66 PROXY=10.77.0.50
MANIFEST=application/vnd.oci.image.manifest.v1+json

main() {
  start_network
  host client $CLIENT/24
  host outsider $OUTSIDER/24
  host proxy $PROXY/24
  echo "$NODE registry.test other.test" | name_hosts
  registry source
  make_image app --layers 2 --layer-bytes 200000 >/dev/null
  push app source shop/web:v1
  make_certificates
  configure
  start_larder
  expect_pulls_by_name
  expect_refused_handshakes
  expect_reset_of_outsiders
  expect_only_what_is_reached
  expect_believed_proxy
  expect_private_addresses
  say "passed"
}

make_certificates() {
  authority ca
  authority stranger
  certificate ca node "DNS:registry.test,DNS:other.test"
  certificate ca client
  certificate stranger intruder
  mkdir "$WORK/pair"
  cp "$WORK/ca.crt" "$WORK/pair/ca.crt"
  cp "$WORK/client.crt" "$WORK/pair/client.cert"
  cp "$WORK/client.key" "$WORK/pair/client.key"
}

configure() {
  METRICS_PORT=$(free_port)
  local tls="certificate: $WORK/node.crt, key: $WORK/node.key"
  cat >"$WORK/larder.yaml" <<END
cache: {path: $WORK/cache, budget: 4GiB, free_floor: 64MiB}
listeners:
  - name: endpoint
    address: $NODE:443
    tls: {$tls, client_ca: $WORK/ca.crt}
    allow: [10.77.0.16/28]
    hosts: [registry.test, other.test]
    upstreams: [registry.test]
  - name: balanced
    address: $NODE:8443
    tls: {$tls}
    allow: [10.77.0.16/28]
    proxy_protocol: [$PROXY]
    hosts: [registry.test]
metrics: {address: "127.0.0.1:$METRICS_PORT"}
control: {socket: $WORK/larder.sock}
log: {level: info, format: text}
upstreams:
  - {match: registry.test, endpoints: ["http://127.0.0.1:${PORT_OF[source]}"]}
  - {match: other.test, endpoints: ["http://127.0.0.1:${PORT_OF[source]}"]}
END
}

# status_for HOST NAME[:PORT] ARGUMENTS...: of the manifest, asked by that host; 000 without answer.
status_for() {
  on "$1" curl -s -m 5 -o "$WORK/body" -w '%{http_code}' --cacert "$WORK/ca.crt" \
    -H "Accept: $MANIFEST" "${@:3}" "https://$2/v2/shop/web/manifests/v1" || true
}
certified() { status_for "$1" "$2" --cert "$WORK/$3.crt" --key "$WORK/$3.key"; }

# lines SIGNS: of the log.
lines() { grep -cE "$1" "$WORK/larder.log" || true; }

expect_pulls_by_name() {
  say "an allowed host pulls by the registry's own name"
  expect_equal "status" 200 "$(certified client registry.test client)"
  on client skopeo copy -q --src-cert-dir "$WORK/pair" docker://registry.test/shop/web:v1 \
    "dir:$WORK/pulled" 2>>"$WORK/skopeo.log" || fail "skopeo"
  local pulled
  pulled=$(sha256sum <"$WORK/pulled/manifest.json")
  expect_equal "manifest" "$pulled" "$(skopeo inspect --raw "oci:$WORK/app:v1" | sha256sum)"
  "$LARDER" explain --socket "$WORK/larder.sock" registry.test/shop/web:v1 >/dev/null ||
    fail "explain"
  (($(lines " request .*peer=$CLIENT") > 0)) || fail "no line with the client's address"
}

expect_refused_handshakes() {
  say "no certificate, or a stranger's: refused in the handshake, and the log says why"
  sleep 1.1  # of one kind of refusal there is one line a second
  local before
  before=$(lines " handshake_failed ")
  expect_equal "status without" 000 "$(status_for client registry.test)"
  wait_until 2 "line" grep -q " handshake_failed .*peer=$CLIENT.*certificate" "$WORK/larder.log"
  sleep 1.1
  expect_equal "status of a stranger's" 000 "$(certified client registry.test intruder)"
  expect_equal "lines" $((before + 2)) "$(lines " handshake_failed ")"
  grep " handshake_failed " "$WORK/larder.log" | tail -n 2 | sed 's/^/   /'
}

expect_reset_of_outsiders() {
  say "a host outside allow: a reset before a byte of TLS"
  capture outsider outsider
  expect_equal "status" 000 "$(certified outsider registry.test client)"
  wait_until 5 "the reset in the capture" has_reset
  stop "$CAPTURE"
  # shellcheck disable=SC2016  # not for the shell
  expect_equal "packets with data from the endpoint" 0 "$(captured outsider \
    "src host $NODE and tcp and ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2) != 0" |
    wc -l)"
  (($(lines " connection_refused .*peer=$OUTSIDER.*reason=source") == 1)) || fail "no line of it"
  (($(metric larder_connections_refused_total 'reason="source"') == 1)) || fail "not counted"
}

has_reset() { captured outsider "src host $NODE and tcp[tcpflags] & tcp-rst != 0" | grep -q .; }

expect_only_what_is_reached() {
  say "what is not in upstreams is 404 here, and there elsewhere"
  expect_equal "status" 404 "$(certified client other.test client)"
  expect_equal "by ns" 404 "$(on client curl -s -m 5 -o "$WORK/body" -w '%{http_code}' \
    --cacert "$WORK/ca.crt" --cert "$WORK/client.crt" --key "$WORK/client.key" \
    "https://registry.test/v2/shop/web/manifests/v1?ns=other.test")"
  grep -o '"message":"[^"]*"' "$WORK/body" | sed 's/^/   /'
}

proxied() {
  on "$1" "$PYTHON" -B "$E2E/send_proxied.py" registry.test 8443 "$WORK/ca.crt" "$2" \
    /v2/shop/web/manifests/v1
}

expect_believed_proxy() {
  say "PROXY protocol: believed from the proxy, and from nobody else"
  expect_equal "for an allowed source" 200 "$(proxied proxy $CLIENT)"
  (($(lines " request .*listener=balanced .*peer=$CLIENT") == 1)) || fail "not the client's line"
  expect_equal "for an outsider" closed "$(proxied proxy $OUTSIDER)"
  expect_equal "the proxy without a header" 000 "$(status_for proxy registry.test:8443)"
  expect_equal "an allowed host's header" closed "$(proxied client 10.77.0.21)"
  expect_equal "an allowed host without one" 200 "$(status_for client registry.test:8443)"
  expect_equal "an outsider's header" closed "$(proxied outsider $CLIENT)"
  (($(lines "10\.77\.0\.21") == 0)) || fail "somebody's header was believed"
  expect_equal "X-Forwarded-For" 000 \
    "$(status_for outsider registry.test:8443 -H "X-Forwarded-For: $CLIENT")"
}

# serve_at ADDRESS: the second listener there.
serve_at() { sed -i "s/address: .*:8443\"\?$/address: $1/" "$WORK/larder.yaml"; }

refuses_to_start() {
  serve_at "$1"
  local status=0
  timeout 5 "$LARDER" serve --config "$WORK/larder.yaml" >"$WORK/refusal" 2>&1 || status=$?
  ((status == 1 || status == 2)) || fail "$1 is served"
  grep -q "public: true" "$WORK/refusal" || fail "not for being public: $1"
}

expect_private_addresses() {
  say "wildcard and public addresses: only where public: true is written"
  stop "$LARDER_PID"
  ip link add wan type bridge
  ip addr add 198.51.100.7/24 dev wan
  ip link set wan up
  refuses_to_start '"0.0.0.0:8443"'
  refuses_to_start '"[::]:8443"'
  refuses_to_start 198.51.100.7:8443
  refuses_to_start interface:wan:8443
  serve_at '0.0.0.0:8443\n    public: true'
  start_larder
  expect_equal "status" 200 "$(status_for client registry.test:8443)"
}

main
