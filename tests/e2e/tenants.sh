#!/bin/bash
# A listener with `auth: tenant` in front of real registries, two private and one public: what is in
# the cache is for those who could have pulled it themselves. Asked for by tag, digest, each blob,
# range, HEAD and lists (ask_as.py), by skopeo, and by containerd over CRI with pods' credentials;
# then with the upstream stopped and Larder restarted.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib_runtime.sh
source "$(dirname "$0")/lib_runtime.sh"

ALICE=alice:alices-secret-word BOB=bob:bobs-secret-word WRONG=alice:another-word
GRANTS="{ttl: 15m, grace: 24h}"

main() {
  need_root
  start_upstreams
  configure
  start_larder
  say "by credential: alice of one registry, bob of another, everybody of the third"
  expect_right_of_alice
  expect_no_right_of_others
  expect_public
  expect_repositories_apart
  expect_crafted_documents_to_prove_nothing
  expect_policy
  expect_pods_apart
  expect_restart_to_hold
  expect_grace_and_its_end
  expect_no_secrets
  say "passed"
}

start_upstreams() {
  htpasswd -Bbn -C 5 alice "${ALICE#*:}" >"$WORK/one.htpasswd"
  htpasswd -Bbn -C 5 bob "${BOB#*:}" >"$WORK/two.htpasswd"
  registry one && registry two && registry public
  local image
  for image in app other free; do make_image $image --layers 2 --layer-bytes 300000 >/dev/null; done
  make_image index --platforms 2 --layer-bytes 100000 >/dev/null
  push app one team/app:v1 $ALICE && push app one team/copy:v1 $ALICE
  push other one team/other:v1 $ALICE && push index one team/index:v1 $ALICE
  push other two team/app:v1 $BOB
  push free public free:v1
}

# The listener `guarded` has a policy, `node` has none.
configure() {
  cat >"$WORK/policy.json" <<END
{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Principal": "*", "Action": "registry:Pull", "Resource": "*"},
  {"Sid": "NotOther", "Effect": "Deny", "Principal": "*", "Action": "*",
   "Resource": "one.test/team/other"}]}
END
  LARDER_PORT=${LARDER_PORT:-$(free_port)} GUARDED_PORT=${GUARDED_PORT:-$(free_port)}
  METRICS_PORT=${METRICS_PORT:-$(free_port)}
  cat >"$WORK/larder.yaml" <<END
cache: {path: $WORK/cache, budget: 4GiB, free_floor: 64MiB}
listeners:
  - {name: node, address: "127.0.0.1:$LARDER_PORT", auth: tenant}
  - {name: guarded, address: "127.0.0.1:$GUARDED_PORT", auth: tenant, policy: $WORK/policy.json}
tokens: {grants: $GRANTS}
metrics: {address: "127.0.0.1:$METRICS_PORT"}
control: {socket: $WORK/larder.sock}
log: {level: debug, format: text}
upstreams:
  - {match: one.test, endpoints: ["http://127.0.0.1:${PORT_OF[one]}"]}
  - {match: two.test, endpoints: ["http://127.0.0.1:${PORT_OF[two]}"]}
  - {match: public.test, endpoints: ["http://127.0.0.1:${PORT_OF[public]}"]}
freshness: [{match: "**", ttl: 1h, stale_for: forever}]
END
}

# served|hit|refused REPOSITORY IMAGE [USER:PASSWORD] [ARGUMENTS...]: of ask_as.py.
served() { ask served "$@"; }
hit() { ask hit "$@"; }
refused() { ask refused "$@"; }
ask() {
  "$PYTHON" -B "$E2E/ask_as.py" "$1" "${PORT:-$LARDER_PORT}" "$2" "$WORK/$3" "${@:4}" ||
    fail "not $1: ${*:2}"
}

is_hit() {
  "$PYTHON" -B "$E2E/ask_as.py" hit "$LARDER_PORT" "$1" "$WORK/$2" "${@:3}"
}

pull() {
  rm -rf "$WORK/pulled"
  skopeo copy -q --all --src-tls-verify=false ${2:+--src-creds "$2"} \
    "docker://127.0.0.1:$LARDER_PORT/$1" "dir:$WORK/pulled" 2>>"$WORK/skopeo.log"
}

expect_right_of_alice() {
  refused one.test/team/app app
  refused one.test/team/app app $WRONG
  pull one.test/team/app:v1 $ALICE || fail "alice's pull"
  served one.test/team/app app $ALICE
  served one.test/team/index index $ALICE
  served two.test/team/app other $BOB
  wait_until 10 "image on disk" is_hit one.test/team/app app $ALICE

  local before
  before=$(requests_to one)
  hit one.test/team/app app $ALICE
  pull one.test/team/app:v1 $ALICE || fail "alice's second pull"
  expect_equal "upstream requests for alice's hits" "$before" "$(requests_to one)"
}

expect_no_right_of_others() {
  local repository=one.test/team/app
  refused $repository app
  refused $repository app $WRONG
  refused $repository app $BOB
  refused one.test/team/index index $BOB
  refused two.test/team/app other $ALICE
  refused two.test/team/app other
  ! pull $repository:v1 $BOB || fail "bob pulled alice's image"
  ! pull $repository:v1 || fail "somebody without a name pulled alice's image"
}

# With whatever credential, and without any.
expect_public() {
  served public.test/free free
  wait_until 10 "image on disk" is_hit public.test/free free
  local before
  before=$(requests_to public)
  hit public.test/free free $ALICE
  hit public.test/free free $WRONG
  pull public.test/free:v1 $BOB || fail "bob's pull of what is public"
  pull public.test/free:v1 || fail "anybody's pull of what is public"
  expect_equal "upstream requests for what is public" "$before" "$(requests_to public)"
}

# What alice may pull from one repository is not thereby in another, even if she may pull both. (All
# images have one layer in common.)
expect_repositories_apart() {
  served one.test/team/other other $ALICE
  refused one.test/team/app other $ALICE --digests-only --but "$WORK/app"
  refused public.test/free app $ALICE --digests-only --but "$WORK/free"
  refused public.test/free app "" --digests-only --but "$WORK/free"
  refused two.test/team/app app $BOB --digests-only --but "$WORK/other"
  served one.test/team/copy app $ALICE --digests-only # which has the same
}

# A document that names what alice's image consists of is no proof that its repository has that.
expect_crafted_documents_to_prove_nothing() {
  "$PYTHON" -B "$E2E/crafted_documents.py" "${PORT_OF[public]}" "$LARDER_PORT" public.test \
    mallory/x "$WORK/app" || fail "crafted documents"
  refused public.test/mallory/x app "" --digests-only
  refused public.test/mallory/x app $BOB --digests-only
}

expect_policy() {
  PORT=$GUARDED_PORT refused one.test/team/other other $ALICE --statuses 401,403
  PORT=$GUARDED_PORT served public.test/free free "" --digests-only
  PORT=$GUARDED_PORT hit one.test/team/app app $ALICE --digests-only
  PORT=$GUARDED_PORT refused one.test/team/app app $BOB --digests-only
  grep -q 'policy_denied .*listener=guarded.*NotOther' "$WORK/larder.log" || fail "no word of it"
}

expect_pods_apart() {
  say "pods' credentials, by containerd"
  local host
  for host in one.test two.test public.test; do
    mirror $host "http://127.0.0.1:$LARDER_PORT"
  done
  start_containerd
  local before
  before=$(requests_to one)
  pod_pulls one.test/team/app:v1 $ALICE || fail "alice's pod did not get its image"
  expect_equal "upstream requests for alice's pod" "$before" "$(requests_to one)"
  pod_pulls one.test/team/index:v1 $ALICE || fail "alice's pod did not get its image"
  pod_pulls two.test/team/app:v1 $BOB || fail "bob's pod did not get its image"
  pod_pulls public.test/free:v1 || fail "a pod did not get a public image"
  pod_pulls public.test/free:v1 $WRONG || fail "a pod with a secret did not get a public image"
  local login
  for login in $BOB $WRONG ""; do
    ! pod_pulls one.test/team/app:v1 ${login:+"$login"} || fail "a pod with '$login' got alice's"
  done
}

# Of a young grant nobody is asked, although she was not seen since the start; but once, whether the
# image has become public meanwhile.
expect_restart_to_hold() {
  say "larder restarted: who had a right has it"
  local before
  stop "$LARDER_PID"
  start_larder
  before=$(requests_to one)
  hit one.test/team/app app $ALICE
  expect_equal "upstream requests after a restart" $((before + 1)) "$(requests_to one)"
  refused one.test/team/app app $BOB
  refused one.test/team/app app
}

expect_grace_and_its_end() {
  say "upstreams stopped: a right is believed for its grace, over a restart, too"
  local granted ttl=2 grace=8 # in whole seconds after a restart
  GRANTS="{ttl: ${ttl}s, grace: ${grace}s}" configure
  stop "$LARDER_PID"
  start_larder
  sleep $((ttl + 1)) # so that the grant is new
  granted=$(milliseconds)
  hit one.test/team/app app $ALICE
  hit public.test/free free
  stop "${PID_OF[one]}" && stop "${PID_OF[public]}"
  stop "$LARDER_PID"
  start_larder
  sleep $ttl # no request meanwhile: the grant is past its life
  is_hit one.test/team/app app $ALICE || is_over "$granted" $((ttl + grace)) ||
    fail "alice was refused $(($(milliseconds) - granted)) ms after her grant"
  refused one.test/team/app app $BOB --statuses 401,404,503
  refused one.test/team/app app $WRONG --statuses 401,404,503
  refused one.test/team/app app "" --statuses 401,404,503

  wait_until 30 "end of the grace" is_refused one.test/team/app $ALICE
  is_over "$granted" $((ttl + grace - 1)) ||
    fail "it was over $(($(milliseconds) - granted)) ms after the grant"
  refused one.test/team/app app $ALICE --statuses 401,503
  say "over after $(($(milliseconds) - granted)) ms; what is public stays"
  hit public.test/free free
  registry one
  wait_until 15 "alice, with her upstream again" is_hit one.test/team/app app $ALICE
}

milliseconds() { date +%s%3N; }
is_over() { (($(milliseconds) >= $1 + $2 * 1000)); }
is_refused() { ! pull "$1:v1" "$2"; }

expect_no_secrets() {
  say "nothing of a secret in logs, metrics, config and cache"
  curl -fsS "http://127.0.0.1:$METRICS_PORT/metrics" >"$WORK/metrics"
  "$LARDER" config show "$WORK/larder.yaml" >"$WORK/shown"
  local login secret
  for login in $ALICE $BOB $WRONG; do
    secret=${login#*:}
    for secret in "$secret" "$(printf %s "$login" | base64)" \
      "$(printf %s "$secret" | base64 | cut -c 3-12)"; do
      ! grep -raF "$secret" "$WORK/larder.log" "$WORK/metrics" "$WORK/shown" "$WORK/cache" ||
        fail "a secret came out"
    done
  done
}

main
