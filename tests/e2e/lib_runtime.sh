# shellcheck shell=bash disable=SC2034  # what is set here is read by the tests
# What the end-to-end tests with several registries or containerd share: registries by name, and a
# containerd of our own, which also pulls with a pod's credentials.

SOCKET=$WORK/containerd.sock
declare -A PORT_OF PID_OF

# registry NAME [SETTING=VALUE...]: docker-registry with what is in $WORK/NAME, the users of
# $WORK/NAME.htpasswd when there is such a file, and each request it got in NAME.requests.
# What it says of what it does not have is in NAME.complaints.
registry() {
  PORT_OF[$1]=${PORT_OF[$1]:-$(free_port)}
  local settings=(REGISTRY_HTTP_ADDR="127.0.0.1:${PORT_OF[$1]}" REGISTRY_LOG_LEVEL=error
    REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY="$WORK/$1" OTEL_TRACES_EXPORTER=none "${@:2}")
  [[ ! -e $WORK/$1.htpasswd ]] || settings+=(REGISTRY_AUTH=htpasswd
    REGISTRY_AUTH_HTPASSWD_REALM="$1" REGISTRY_AUTH_HTPASSWD_PATH="$WORK/$1.htpasswd")
  printf 'version: 0.1\nstorage: {filesystem: {}}\nhttp: {}\n' >"$WORK/$1.yml"
  start "$1" serve_registry "$1" "${settings[@]}"
  PID_OF[$1]=$STARTED
  wait_until 10 "docker-registry $1" port_open "${PORT_OF[$1]}"
}

serve_registry() {
  exec env "${@:2}" docker-registry serve "$WORK/$1.yml" >>"$WORK/$1.requests" \
    2>>"$WORK/$1.complaints"
}

# requests_to NAME: how many it got so far, once it has written them all down.
requests_to() {
  local before=-1 now=0
  until ((before == now)); do
    before=$now
    sleep 0.2
    now=$(wc -l <"$WORK/$1.requests")
  done
  echo "$now"
}

# push IMAGE NAME REPOSITORY[:TAG] [USER:PASSWORD]: the image $WORK/IMAGE into a registry.
push() {
  skopeo copy -q --all --dest-tls-verify=false ${4:+--dest-creds "$4"} "oci:$WORK/$1:v1" \
    "docker://127.0.0.1:${PORT_OF[$2]}/$3"
}

# mirror HOST URL [SETTING...]: containerd's only way to that host from its next pull on; what is
# named as its `server` is a dead port.
mirror() {
  mkdir -p "$WORK/hosts/$1"
  {
    printf 'server = "http://127.0.0.1:1"\n[host."%s"]\n' "$2"
    printf '  %s\n' 'capabilities = ["pull", "resolve"]' "${@:3}"
  } >"$WORK/hosts/$1/hosts.toml"
}

# start_containerd: one of our own, on the host $CONTAINERD_HOST of lib_hosts.sh if that is set. Its
# namespaces share no content, so that each pull fetches every byte.
start_containerd() {
  cat >"$WORK/containerd.toml" <<END
version = 2
root = "$WORK/containerd"
state = "$WORK/containerd-state"
[grpc]
  address = "$SOCKET"
[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "$(snapshotter)"
[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "$WORK/hosts"
[plugins."io.containerd.metadata.v1.bolt"]
  content_sharing_policy = "isolated"
[plugins."io.containerd.internal.v1.opt"]
  path = "$WORK/opt"
END
  local place=()
  [[ -z ${CONTAINERD_HOST:-} ]] || place=(nsenter "--net=/run/netns/$CONTAINERD_HOST")
  start containerd "${place[@]}" containerd --config "$WORK/containerd.toml"
  wait_until 20 containerd ctr -a "$SOCKET" version
}

snapshotter() {
  [[ $(stat -f -c %T "$WORK") == overlayfs ]] && echo native || echo overlayfs
}

# pod_pulls IMAGE [USER:PASSWORD]: as kubelet lets it, with the pod's credentials; containerd keeps
# nothing of it.
pod_pulls() {
  "$PYTHON" "$E2E/cri.py" pull "$SOCKET" "$@" >>"$WORK/cri.log" 2>&1 || return 1
  "$PYTHON" "$E2E/cri.py" remove "$SOCKET" "$1" >/dev/null
  ctr -a "$SOCKET" -n k8s.io images ls -q |
    xargs -r ctr -a "$SOCKET" -n k8s.io images rm --sync >/dev/null
  expect_equal "content left" 0 "$(ctr -a "$SOCKET" -n k8s.io content ls -q | wc -l)"
}
