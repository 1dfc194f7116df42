#!/bin/bash
# With `egress.allow`, a capture of pulls through an endpoint shows no packet of the client's but to
# the endpoint, and none of Larder's but to the client and to what is in the list: redirects to
# storage are followed by Larder alone, and only inside the list.
# shellcheck source-path=SCRIPTDIR source=lib_hosts.sh
source "$(dirname "$0")/lib_hosts.sh"

CLIENT=10.77.0.20 ORIGIN=10.77.0.33 STORAGE=10.77.0.34 ELSEWHERE=10.77.0.70 LISTED=10.77.0.32/28
MANIFEST=application/vnd.oci.image.manifest.v1+json

main() {
  start_network
  host client $CLIENT/24
  host origin $ORIGIN/24
  host storage $STORAGE/24
  host elsewhere $ELSEWHERE/24
  name_hosts <<END
$NODE registry.test
$ORIGIN origin.test
$STORAGE storage.test
$ELSEWHERE elsewhere.test
END
  make_image inside --layers 2 --layer-bytes 200000 >/dev/null
  make_image outside --layers 1 --layer-bytes 300000 >/dev/null
  serve_image storage $STORAGE shop/inside=
  serve_image elsewhere $ELSEWHERE shop/outside=
  serve_image origin $ORIGIN shop/inside=http://storage.test:5000 \
    shop/outside=http://elsewhere.test:5000
  authority ca
  certificate ca node DNS:registry.test
  say "without egress.allow the redirect out of the list is followed"
  begin free ""
  pull inside free || fail "a pull"
  pull outside free || fail "a pull that leads elsewhere"
  finish free
  (($(captured free-node "src host $NODE and dst host $ELSEWHERE" | wc -l) > 0)) ||
    fail "the capture does not see what it should"
  (($(captured free-client "$STRAY_OF_CLIENT" | wc -l) == 0)) || fail "the client was redirected"
  say "with it nothing leaves, and what is inside is pulled"
  begin closed "egress: {allow: [$LISTED]}"
  pull inside closed || fail "a pull that stays inside"
  expect_refused_blob
  finish closed
  expect_nothing_left
  say "passed"
}

STRAY_OF_CLIENT="src host $CLIENT and not dst host $NODE"
STRAY_OF_NODE="src host $NODE and not dst net $LISTED and not dst host $CLIENT"

serve_image() {
  start "$1" nsenter "--net=/run/netns/$1" "$PYTHON" -B "$E2E/redirecting_registry.py" "$2" 5000 \
    "$WORK" "${@:3}"
  wait_until 10 "$1" on client curl -s -o /dev/null "http://$2:5000/v2/"
}

# begin NAME LINE: Larder with an empty cache and that line of config, and captures.
begin() {
  METRICS_PORT=$(free_port)
  cat >"$WORK/larder.yaml" <<END
cache: {path: $WORK/cache-$1, budget: 4GiB, free_floor: 64MiB}
listeners:
  - name: endpoint
    address: $NODE:443
    tls: {certificate: $WORK/node.crt, key: $WORK/node.key}
    allow: [$CLIENT]
    hosts: [registry.test]
metrics: {address: "127.0.0.1:$METRICS_PORT"}
control: {socket: $WORK/larder.sock}
log: {level: info, format: text}
upstreams:
  - {match: registry.test, endpoints: ["http://origin.test:5000"], proxy: none}
$2
END
  capture client "$1-client"
  CAPTURES=("$CAPTURE")
  start "$1-node-capture" tcpdump -n -U -Z root -i lan -w "$WORK/$1-node.pcap"
  CAPTURES+=("$STARTED")
  wait_until 10 "capture" grep -q "listening on" "$WORK/$1-node-capture.log"
  start_larder
}

finish() {
  stop "$LARDER_PID"
  sleep 0.3  # what is on its way is captured
  local pid
  for pid in "${CAPTURES[@]}"; do stop "$pid"; done
}

# pull REPOSITORY NAME: by the client.
pull() {
  mkdir -p "$WORK/pair"
  cp "$WORK/ca.crt" "$WORK/pair/"
  on client skopeo copy -q --src-cert-dir "$WORK/pair" "docker://registry.test/shop/$1:v1" \
    "dir:$WORK/pulled-$1-$2" 2>>"$WORK/skopeo.log"
}

expect_refused_blob() {
  ! pull outside closed || fail "a pull that leads out of the list"
  local layer
  layer=$(skopeo inspect --raw "oci:$WORK/outside:v1" | jq -r '.layers[-1].digest')
  on client curl -sS -m 10 -D "$WORK/head" -o "$WORK/body" --cacert "$WORK/ca.crt" \
    -H "Accept: $MANIFEST" "https://registry.test/v2/shop/outside/blobs/$layer" || true
  grep -qE '^HTTP/[0-9.]+ (404|503)' "$WORK/head" || fail "another status"
  ! grep -qiE '^HTTP/[0-9.]+ 3|^location:' "$WORK/head" || fail "a redirect reached the client"
  printf '   %s\n' "$(head -n 1 "$WORK/head" | tr -d '\r')" "$(head -c 300 "$WORK/body")"
}

expect_nothing_left() {
  local filter
  expect_equal "packets of the client past the endpoint" 0 \
    "$(captured closed-client "$STRAY_OF_CLIENT" | wc -l)"
  expect_equal "packets of Larder's outside the list" 0 \
    "$(captured closed-node "$STRAY_OF_NODE" | wc -l)"
  expect_equal "questions for who is outside" 0 \
    "$(captured closed-node "arp host $ELSEWHERE" | wc -l)"
  for filter in "dst host $ORIGIN" "dst host $STORAGE"; do
    (($(captured closed-node "src host $NODE and tcp and $filter" | wc -l) > 0)) ||
      fail "nothing captured: $filter"
  done
}

main
