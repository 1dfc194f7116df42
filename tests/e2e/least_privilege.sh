#!/bin/bash
# What a running larder may do: nothing its start gave it beyond serving, on a root that is
# read-only, with a listener on a port that takes a privilege to bind.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

main() {
  need_root
  unshare --mount --net true 2>/dev/null || { echo "needs namespaces"; exit 77; }
  start_registry
  make_image image
  skopeo copy -q --insecure-policy --dest-tls-verify=false "oci:$WORK/image" \
    "docker://127.0.0.1:$REGISTRY_PORT/team/app:1"
  LOW_PORT=$(free_low_port)
  local endpoint="http://127.0.0.1:$REGISTRY_PORT"
  write_config <<<"upstreams: [{match: registry.test, endpoints: ['$endpoint']}]"
  sed -i "s|^listeners: .|&{name: low, address: '127.0.0.1:$LOW_PORT'}, |" "$WORK/larder.yaml"
  mkdir "$WORK/cache" "$WORK/run"
  sed -i "s|$WORK/larder.sock|$WORK/run/larder.sock|" "$WORK/larder.yaml"

  say "started on a root that is read-only"
  start larder unshare --mount bash -c "$ON_READ_ONLY_ROOT" larder "$WORK" "$LARDER"
  LARDER_PID=$STARTED
  wait_until 15 "larder (readyz)" ready

  say "every thread holds nothing, gets nothing and is filtered"
  for field in CapInh CapPrm CapEff CapBnd CapAmb; do
    expect_threads "$field" 0000000000000000
  done
  expect_threads NoNewPrivs 1
  expect_threads Seccomp 2
  ! grep -q privileges_kept "$WORK/larder.log" || fail "something could not be given up"

  say "pulls, by both listeners"
  pull "$LARDER_PORT"
  pull "$LOW_PORT"
  (($(metric larder_cache_bytes) > 0)) || fail "nothing was cached"
  stop "$LARDER_PID"
  grep -q 'stopped' "$WORK/larder.log" || fail "it did not end in order"
  say "passed"
}

# $1: the directory that stays writable below, $2: larder.
# shellcheck disable=SC2016  # for another shell
ON_READ_ONLY_ROOT='
  set -e
  mount --make-rprivate /
  for place in cache run; do mount --bind "$1/$place" "$1/$place"; done
  mount -o remount,bind,ro / || mount -o remount,ro /
  if [[ $(stat -f -c %T "$1") == tmpfs ]]; then
    mount --rbind "$1" "$1" && mount -o remount,bind,ro "$1"
  fi
  ! touch "$1/probe" /probe 2>/dev/null || { echo "the root can be written"; exit 1; }
  touch "$1/cache/probe" && rm "$1/cache/probe"
  exec "$2" serve --config "$1/larder.yaml"'

free_low_port() {
  "$PYTHON" -c 'import socket
for port in range(1023, 512, -1):
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)):
            print(port)
            break'
}

# expect_threads FIELD VALUE: in the status of each.
expect_threads() {
  local thread value
  for thread in /proc/"$LARDER_PID"/task/*; do
    value=$(awk -v field="$1:" '$1 == field { print $2 }' "$thread/status")
    expect_equal "$1 of ${thread##*/}" "$2" "$value"
  done
}

pull() {
  skopeo copy -q --insecure-policy --src-tls-verify=false \
    "docker://127.0.0.1:$1/registry.test/team/app:1" "dir:$WORK/pulled-$1" || fail "pull by $1"
}

main
