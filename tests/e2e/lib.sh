# shellcheck shell=bash disable=SC2034  # what is set here is read by the tests
# What the end-to-end tests share: a directory of their own, free ports, programs that are started,
# waited for with a deadline and ended by pid, an upstream registry, larder, and its metrics.
set -euo pipefail

E2E=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$E2E/../.." && pwd)
LARDER=${LARDER:-$ROOT/build/release/larder}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/larder-e2e.XXXXXX")
PIDS=()

say() { printf '%s\n' "-- $*"; }

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  for log in "$WORK"/*.log; do
    [[ -s $log ]] && printf '\n--- the end of %s\n' "${log##*/}" >&2 && tail -n 20 "$log" >&2
  done
  exit 1
}

expect_equal() { [[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"; }

need_root() {
  [[ $EUID -eq 0 ]] || { echo "needs root"; exit 77; }
}

PYTHON=/usr/bin/python3  # Debian's, which has the modules; another may come first in PATH

free_port() {
  "$PYTHON" -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# wait_until SECONDS WHAT COMMAND...: until the command succeeds.
wait_until() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || fail "no $what in time"
    sleep 0.05
  done
}

port_open() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# start NAME COMMAND...: in the background, output in NAME.log, pid in $STARTED.
start() {
  local name=$1
  shift
  "$@" >>"$WORK/$name.log" 2>&1 &
  STARTED=$!
  PIDS+=("$STARTED")
}

# stop PID: TERM, and KILL when that is not enough within ten seconds.
stop() {
  local deadline=$((SECONDS + 10))
  kill "$1" 2>/dev/null || return 0
  while kill -0 "$1" 2>/dev/null; do
    ((SECONDS < deadline)) || kill -KILL "$1" 2>/dev/null || true
    sleep 0.05
  done
  wait "$1" 2>/dev/null || true
}

# Ends what was started, last first, unmounts what is mounted below $WORK, removes $WORK (unless
# KEEP is set).
clean_up() {
  local i
  set +e
  for ((i = ${#PIDS[@]} - 1; i >= 0; i--)); do stop "${PIDS[i]}"; done
  awk -v below="$WORK/" 'index($2, below) == 1 { print $2 }' /proc/mounts | tac |
    while read -r mounted; do umount "$mounted"; done
  if [[ -n ${KEEP:-} ]]; then echo "kept: $WORK"; else rm -rf "$WORK"; fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# make_image NAME ARGUMENTS...: an OCI layout in $WORK/NAME (make_image.py tells the arguments).
make_image() { "$PYTHON" "$E2E/make_image.py" "$WORK/$1" "${@:2}"; }

# start_registry: docker-registry on REGISTRY_PORT (chosen when unset); TLS with $WORK/registry.crt
# and users of $WORK/htpasswd when these files exist. Its data outlives a stop.
start_registry() {
  REGISTRY_PORT=${REGISTRY_PORT:-$(free_port)}
  local settings=(REGISTRY_HTTP_ADDR="127.0.0.1:$REGISTRY_PORT" REGISTRY_LOG_LEVEL=warn
    REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY="$WORK/registry" OTEL_TRACES_EXPORTER=none)
  [[ ! -e $WORK/registry.crt ]] || settings+=(REGISTRY_HTTP_TLS_CERTIFICATE="$WORK/registry.crt"
    REGISTRY_HTTP_TLS_KEY="$WORK/registry.key")
  [[ ! -e $WORK/htpasswd ]] || settings+=(REGISTRY_AUTH=htpasswd
    REGISTRY_AUTH_HTPASSWD_REALM=test REGISTRY_AUTH_HTPASSWD_PATH="$WORK/htpasswd")
  cat >"$WORK/registry.yml" <<END
version: 0.1
storage: {filesystem: {}}
http: {}
END
  start registry env "${settings[@]}" docker-registry serve "$WORK/registry.yml"
  REGISTRY=$STARTED
  wait_until 10 "docker-registry" port_open "$REGISTRY_PORT"
}

# write_config: $WORK/larder.yaml with free ports, the cache at $CACHE (limits: $CACHE_LIMITS, else
# some that a disk that is nearly full leaves) and, from standard input, the upstreams.
write_config() {
  LARDER_PORT=$(free_port)
  METRICS_PORT=$(free_port)
  {
    cat <<END
cache: {path: ${CACHE:-$WORK/cache}, ${CACHE_LIMITS:-budget: 4GiB, free_floor: 64MiB}}
listeners: [{name: node, address: "127.0.0.1:$LARDER_PORT"}]
metrics: {address: "127.0.0.1:$METRICS_PORT"}
control: {socket: $WORK/larder.sock}
log: {level: info, format: text}
END
    cat
  } >"$WORK/larder.yaml"
}

kill_larder() {
  kill -KILL "$LARDER_PID"
  wait "$LARDER_PID" 2>/dev/null || true
}

ready() { curl -fsS -m 2 -o /dev/null "http://127.0.0.1:$METRICS_PORT/readyz"; }

start_larder() {
  start larder "$LARDER" serve --config "$WORK/larder.yaml"
  LARDER_PID=$STARTED
  wait_until 15 "larder (readyz)" ready
}

# metric NAME [LABEL="VALUE"]: the sum over its series that carry the label; 0 when there are none.
metric() {
  curl -fsS -m 5 "http://127.0.0.1:$METRICS_PORT/metrics" |
    awk -v name="$1" -v label="${2:-}" '
      { split($1, parts, "{") }
      parts[1] == name && (label == "" || index($0, label)) { sum += $NF }
      END { printf "%d\n", sum }'
}
