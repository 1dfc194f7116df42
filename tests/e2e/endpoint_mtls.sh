#!/bin/bash
# Who shows which certificate gets what the policy says of its name, by curl, skopeo and containerd
# (`ca` and `client` in hosts.toml): a node that is in the policy pulls, another one of the same
# authority is denied, who shows none ends in a TLS alert; and the log tells which of them it was.
# shellcheck source-path=SCRIPTDIR source=lib_hosts.sh
source "$(dirname "$0")/lib_hosts.sh"
# shellcheck source-path=SCRIPTDIR source=lib_runtime.sh
source "$(dirname "$0")/lib_runtime.sh"

CLIENT=10.77.0.20
IMAGE=registry.test/shop/web:v1

main() {
  start_network
  host client $CLIENT/24
  echo "$NODE registry.test" | name_hosts
  registry source
  make_image app --layers 2 --layer-bytes 200000 >/dev/null
  push app source shop/web:v1
  make_certificates
  configure
  start_larder
  CONTAINERD_HOST=client
  start_containerd
  local client
  for client in by_curl by_skopeo by_containerd; do
    say "$client"
    expect_pull $client
    expect_denied $client
    expect_alert $client
  done
  expect_alert "by_curl --tls-max 1.2"
  say "passed"
}

# none/ is a folder of certificates for skopeo without one of a client's.
make_certificates() {
  local name
  authority ca
  certificate ca endpoint DNS:registry.test
  mkdir -p "$WORK/certs/none"
  for name in node-17 node-18; do
    certificate ca $name
    mkdir "$WORK/certs/$name"
    cp "$WORK/$name.crt" "$WORK/certs/$name/client.cert"
    cp "$WORK/$name.key" "$WORK/certs/$name/client.key"
  done
  for name in node-17 node-18 none; do cp "$WORK/ca.crt" "$WORK/certs/$name/"; done
}

configure() {
  cat >"$WORK/policy.json" <<END
{"Version": "2012-10-17", "Statement": [
  {"Sid": "Nodes", "Effect": "Allow", "Principal": {"Certificate": "node-17"},
   "Action": "registry:Pull", "Resource": "registry.test/shop/*"}]}
END
  METRICS_PORT=$(free_port)
  cat >"$WORK/larder.yaml" <<END
cache: {path: $WORK/cache, budget: 4GiB, free_floor: 64MiB}
listeners:
  - name: endpoint
    address: $NODE:443
    tls:
      certificate: $WORK/endpoint.crt
      key: $WORK/endpoint.key
      client_ca: $WORK/ca.crt
    hosts: [registry.test]
    policy: $WORK/policy.json
metrics: {address: "127.0.0.1:$METRICS_PORT"}
control: {socket: $WORK/larder.sock}
log: {level: debug, format: text}
upstreams:
  - {match: registry.test, endpoints: ["http://127.0.0.1:${PORT_OF[source]}"]}
END
}

# by_CLIENT CERTIFICATE|none: a pull; what the client says of it is in $WORK/said.
by_curl() {
  local certificate=() name=${*: -1}
  [[ $name == none ]] || certificate=(--cert "$WORK/$name.crt" --key "$WORK/$name.key")
  on client curl -sS -m 10 --fail-with-body --cacert "$WORK/ca.crt" "${certificate[@]}" \
    "${@:1:$#-1}" -H "Accept: application/vnd.oci.image.manifest.v1+json" \
    https://registry.test/v2/shop/web/manifests/v1 >"$WORK/said" 2>&1
}

by_skopeo() {
  rm -rf "$WORK/pulled"
  on client skopeo copy -q --src-cert-dir "$WORK/certs/$1" "docker://$IMAGE" "dir:$WORK/pulled" \
    >"$WORK/said" 2>&1
}

by_containerd() {
  local certificate=()
  [[ $1 == none ]] || certificate=("client = [[\"$WORK/$1.crt\", \"$WORK/$1.key\"]]")
  mirror registry.test https://registry.test "ca = \"$WORK/ca.crt\"" "${certificate[@]}"
  : >"$WORK/cri.log"
  local status=0
  pod_pulls $IMAGE || status=1
  cp "$WORK/cri.log" "$WORK/said"
  return $status
}

# said WORDS: by the client, in whatever case.
said() { grep -qiE "$1" "$WORK/said" || fail "not said: $1: $(<"$WORK/said")"; }

# lines SIGNS...: lines of the log that have them all.
lines() {
  local found sign
  found=$(<"$WORK/larder.log")
  for sign; do found=$(grep -E -- "$sign" <<<"$found" || true); done
  grep -c . <<<"$found" || true
}

# decided EVENT CERTIFICATE REASON: lines of the log about that certificate's pulls.
decided() {
  lines " $1 " subject_kind=certificate "subject=$2 " "peer=$CLIENT:" tls=true \
    action=registry:Pull resource=registry.test/shop/web "reason=\"$3\""
}

expect_pull() {
  local before
  before=$(decided policy_allowed node-17 "allowed by Nodes")
  "$1" node-17 || fail "$1 with node-17's certificate: $(<"$WORK/said")"
  (($(decided policy_allowed node-17 "allowed by Nodes") > before)) || fail "no line of it"
}

expect_denied() {
  local before
  before=$(decided policy_denied node-18 "denied: no statement allows it")
  ! "$1" node-18 || fail "$1 with node-18's certificate"
  said 'denied|403 Forbidden'
  tail -n 1 "$WORK/said" | cut -c 1-300 | sed 's/^/   /'
  (($(decided policy_denied node-18 "denied: no statement allows it") > before)) ||
    fail "no line of it"
}

# expect_alert "CLIENT [OPTIONS]"; of one kind of refusal there is a line a second.
expect_alert() {
  sleep 1.1
  local before client
  read -ra client <<<"$1"
  before=$(failed_handshakes)
  ! "${client[@]}" none || fail "$1 without a certificate"
  said 'alert|remote error: tls: '
  said 'certificate|handshake failure'
  sed 's/^/   /' "$WORK/said"
  wait_until 2 "line of the handshake" more_failed_handshakes_than "$before"
}

failed_handshakes() { lines " handshake_failed " "peer=$CLIENT:" "not return a certificate"; }
more_failed_handshakes_than() { (($(failed_handshakes) > $1)); }

main
