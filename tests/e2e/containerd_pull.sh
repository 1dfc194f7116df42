#!/bin/bash
# containerd pulls an image through Larder and runs it, by ctr and over the CRI socket; then the
# upstream is stopped, containerd's copy removed, Larder restarted, and both pulls and runs work
# again.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib_runtime.sh
source "$(dirname "$0")/lib_runtime.sh"

IMAGE=registry.test:5443/team/app:v1
trap 'end_shims; clean_up' EXIT

main() {
  need_root
  start_upstream
  start_larder
  mirror registry.test:5443 "http://127.0.0.1:$LARDER_PORT"
  start_containerd

  say "first pulls, from the upstream"
  pull_and_run default ctr_pull
  pull_and_run k8s.io cri_pull
  local fetched
  fetched=$(metric larder_upstream_bytes_total)
  ((fetched > 32 << 20)) || fail "only $fetched bytes from upstream"
  ((fetched < 45 << 20)) || fail "$fetched bytes from upstream: something came twice"

  say "upstream stopped, containerd's copies removed, larder restarted"
  stop "$REGISTRY"
  remove_copies
  stop "$LARDER_PID"
  start_larder
  pull_and_run default ctr_pull
  pull_and_run k8s.io cri_pull
  expect_equal "bytes from a stopped upstream" 0 "$(metric larder_upstream_bytes_total)"
  (($(metric larder_requests_total 'cache="hit"') >= 10)) || fail "no hits counted"
  say "passed"
}

# docker-registry with TLS of its own CA and a user, holding the image.
start_upstream() {
  make_certificates
  htpasswd -Bbn puller right-password >"$WORK/htpasswd"
  start_registry
  make_image image --layers 3 --big-bytes $((32 << 20)) >/dev/null
  skopeo copy -q --dest-creds puller:right-password --dest-cert-dir "$WORK/certificates" \
    "oci:$WORK/image:v1" "docker://127.0.0.1:$REGISTRY_PORT/team/app:v1"
  echo right-password >"$WORK/password"
  write_config <<END
upstreams:
  - match: "registry.test:5443"
    endpoints: ["https://127.0.0.1:$REGISTRY_PORT"]
    ca: $WORK/ca.crt
    auth: {kind: basic, username: puller, password_file: $WORK/password}
freshness:
  - {match: "**", ttl: 1s, stale_for: forever}
END
}

make_certificates() (
  cd "$WORK"
  exec 2>openssl.log
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test-ca \
    -keyout ca.key -out ca.crt
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=registry \
    -keyout registry.key -out registry.csr
  openssl x509 -req -in registry.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 \
    -extfile <(echo "subjectAltName=IP:127.0.0.1") -out registry.crt
  mkdir certificates && cp ca.crt certificates/
)

pull_and_run() {
  local namespace=$1 pull=$2 began=$SECONDS
  "$pull" || fail "$pull of $IMAGE"
  say "$pull: $((SECONDS - began)) s; running it"
  local printed
  printed=$(timeout 30 ctr -a "$SOCKET" -n "$namespace" run --rm --snapshotter "$(snapshotter)" \
    "$IMAGE" "e2e-$namespace-$$") || fail "ctr run in $namespace"
  [[ $printed == "hello from "* ]] || fail "the container printed '$printed'"
}

# A container that did not end keeps its shim when containerd stops.
end_shims() { pgrep -f -- "-address $SOCKET" | xargs -r kill -KILL || true; }

ctr_pull() {
  timeout 90 ctr -a "$SOCKET" images pull --snapshotter "$(snapshotter)" --hosts-dir "$WORK/hosts" \
    "$IMAGE" >"$WORK/ctr.log" 2>&1
}

cri_pull() { "$PYTHON" "$E2E/cri.py" pull "$SOCKET" "$IMAGE" >"$WORK/cri.log" 2>&1; }

remove_copies() {
  local namespace left
  "$PYTHON" "$E2E/cri.py" remove "$SOCKET" "$IMAGE" >/dev/null
  for namespace in default k8s.io; do
    ctr -a "$SOCKET" -n "$namespace" images ls -q |
      xargs -r ctr -a "$SOCKET" -n "$namespace" images rm --sync >/dev/null
    left=$(ctr -a "$SOCKET" -n "$namespace" content ls -q | wc -l)
    expect_equal "content left in $namespace" 0 "$left"
  done
}

main
