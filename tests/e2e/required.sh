#!/bin/bash
# A listener with `auth: required`: users of an htpasswd file, pods by the tokens of their service
# accounts and a CI system by its own get tokens of Larder's, by skopeo, containerd and curl, and
# with them what the policy allows. Tokens that are not good get none, and say so in one line each.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib_runtime.sh
source "$(dirname "$0")/lib_runtime.sh"

ALICE=alice:alices-secret-word BOB=bob:bobs-secret-word SERVICE=node-mirror
JWT=urn:ietf:params:oauth:token-type:jwt

main() {
  need_root
  start_upstream
  "$PYTHON" -B "$E2E/subject_tokens.py" "$WORK" $SERVICE this-node
  configure
  start_larder
  expect_users
  expect_exchange
  expect_pods
  expect_bad_tokens_refused
  expect_vast_tokens_refused
  mv "$WORK/next.jwks" "$WORK/cluster.jwks"
  expect_policy_to_change
  expect_new_key
  expect_no_secrets
  say "passed"
}

start_upstream() {
  registry source
  make_image app --layers 2 --layer-bytes 200000 >/dev/null
  push app source shop/web:v1 && push app source shop/secret:v1 && push app source bank/app:v1
}

configure() {
  htpasswd -Bbn -C 5 alice "${ALICE#*:}" >"$WORK/htpasswd"
  htpasswd -Bbn -C 5 bob "${BOB#*:}" >>"$WORK/htpasswd"
  write_policy '{"Sid": "NoSecret", "Effect": "Deny", "Principal": "*", "Action": "*",
                 "Resource": "registry.test/shop/secret"}'
  LARDER_PORT=$(free_port) METRICS_PORT=$(free_port)
  URL=http://127.0.0.1:$LARDER_PORT
  cat >"$WORK/larder.yaml" <<END
cache: {path: $WORK/cache, budget: 4GiB, free_floor: 64MiB}
listeners:
  - {name: endpoint, address: "127.0.0.1:$LARDER_PORT", auth: required, policy: $WORK/policy.json}
tokens:
  service: $SERVICE
  htpasswd: $WORK/htpasswd
  issuers:
    - name: cluster
      issuer: https://kubernetes.default.svc.cluster.local
      audiences: [$SERVICE]
      kubernetes: true
      node: this-node
      jwks_file: $WORK/cluster.jwks
    - {name: ci, issuer: https://ci.example, audiences: [$SERVICE], jwks_file: $WORK/ci.jwks}
metrics: {address: "127.0.0.1:$METRICS_PORT"}
control: {socket: $WORK/larder.sock}
log: {level: info, format: text}
upstreams:
  - {match: registry.test, endpoints: ["http://127.0.0.1:${PORT_OF[source]}"]}
END
}

# write_policy [STATEMENT]: users may have all of it, the shop's pods and jobs what is the shop's.
write_policy() {
  cat >"$WORK/policy.new" <<END
{"Version": "2012-10-17", "Statement": [
  {"Sid": "Alice", "Effect": "Allow", "Principal": {"User": "alice"}, "Action": "registry:*",
   "Resource": "*"},
  {"Sid": "Pods", "Effect": "Allow", "Principal": {"ServiceAccount": "*"},
   "Action": "registry:Pull", "Resource": "registry.test/\${registry:Namespace}/*"},
  {"Sid": "Jobs", "Effect": "Allow", "Principal": {"Oidc": "repo:shop/*"},
   "Action": "registry:Pull", "Resource": "registry.test/shop/*",
   "Condition": {"StringEquals": {"registry:Issuer": "ci"}}}${1:+, $1}]}
END
  mv "$WORK/policy.new" "$WORK/policy.json"
}

ask() { "$PYTHON" -B "$E2E/ask_as.py" "$1" "$LARDER_PORT" "$2" "$WORK/app" "${@:3}"; }
served() { ask served "$@" || fail "not served: $*"; }
refused() { ask refused "$@" --statuses 401,403 || fail "not refused: $*"; }

log_in() {
  skopeo login --authfile "$WORK/auth.json" --tls-verify=false -u "${1%%:*}" -p "${1#*:}" \
    "127.0.0.1:$LARDER_PORT" >/dev/null 2>>"$WORK/skopeo.log"
}

pull() {
  rm -rf "$WORK/pulled"
  skopeo copy -q --authfile "$WORK/auth.json" --src-tls-verify=false \
    "docker://127.0.0.1:$LARDER_PORT/$1" "dir:$WORK/pulled" 2>>"$WORK/skopeo.log"
}

expect_users() {
  say "users: alice is allowed all but one repository, bob is nobody to the policy"
  log_in $ALICE || fail "alice's login"
  pull registry.test/shop/web:v1 || fail "alice's pull"
  served registry.test/bank/app $ALICE
  refused registry.test/shop/secret $ALICE
  refused registry.test/shop/web
  refused registry.test/shop/web alice:another-word
  refused registry.test/shop/web $BOB
  ! log_in alice:another-word || fail "a login with another word"
  log_in $BOB || fail "bob's login"
  ! pull registry.test/shop/web:v1 || fail "bob's pull"
  rm "$WORK/auth.json"
}

# exchange NAME [SCOPE]: of the token in NAME.jwt; the answer's status is the last line.
exchange() {
  curl -sS -m 5 -w '\n%{http_code}' "$URL/token" \
    -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange -d subject_token_type=$JWT \
    --data-urlencode "subject_token@$WORK/$1.jwt" -d audience=$SERVICE \
    -d "scope=${2:-repository:registry.test/shop/web:pull}"
}

# token_of NAME REPOSITORY: what the token in NAME.jwt is exchanged for.
token_of() { exchange "$1" "repository:$2:pull" | head -n 1 | jq -r .access_token; }

# with_token TOKEN REPOSITORY: the status of a manifest.
with_token() {
  curl -sS -m 5 -o "$WORK/body" -w '%{http_code}' -H "Authorization: Bearer $1" \
    -H 'Accept: application/vnd.oci.image.manifest.v1+json' "$URL/v2/$2/manifests/v1"
}

expect_exchange() {
  say "tokens of a service account and of a CI system, exchanged"
  local name token
  for name in web job; do
    exchange $name >"$WORK/answer"
    expect_equal "status for $name" 200 "$(tail -n 1 "$WORK/answer")"
    expect_equal "kind" "${JWT%jwt}access_token" \
      "$(head -n 1 "$WORK/answer" | jq -r .issued_token_type)"
    token=$(head -n 1 "$WORK/answer" | jq -r .access_token)
    expect_equal "status" 200 "$(with_token "$token" registry.test/shop/web)"
    expect_equal "status elsewhere" 401 "$(with_token "$token" registry.test/bank/app)"
    token=$(token_of $name registry.test/bank/app)
    expect_equal "status of another's" 401 "$(with_token "$token" registry.test/bank/app)"
    expect_equal "status of the token itself" 401 \
      "$(with_token "$(<"$WORK/$name.jwt")" registry.test/shop/web)"
  done
}

# As kubelet hands over what a credential provider gave it.
expect_pods() {
  say "pods, by containerd: with a user's password, with a service account's token"
  mirror registry.test "$URL"
  start_containerd
  pod_pulls registry.test/shop/web:v1 $ALICE || fail "a pod with alice's password"
  pod_pulls registry.test/shop/web:v1 "token:$(<"$WORK/web.jwt")" || fail "a pod with its token"
  ! pod_pulls registry.test/bank/app:v1 "token:$(<"$WORK/web.jwt")" || fail "another's image"
  ! pod_pulls registry.test/shop/web:v1 "token:$(<"$WORK/bad-expired.jwt")" || fail "expired"
  ! pod_pulls registry.test/shop/web:v1 alice:another-word || fail "a pod with another word"
  ! pod_pulls registry.test/shop/web:v1 || fail "a pod without credentials"
}

expect_bad_tokens_refused() {
  say "tokens that are not good: refused, with a line each"
  local file name before
  for file in "$WORK"/bad-*.jwt; do
    name=$(basename "$file" .jwt)
    before=$(lines_of_trouble)
    exchange "$name" >"$WORK/answer"
    expect_equal "status for $name" 400 "$(tail -n 1 "$WORK/answer")"
    expect_equal "answer to $name" invalid_request "$(head -n 1 "$WORK/answer" | jq -r .error)"
    expect_equal "lines about $name" $((before + 1)) "$(lines_of_trouble)"
    printf '   %s: %s\n' "${name#bad-}" "$(grep ' token_refused ' "$WORK/larder.log" | tail -n 1 |
      grep -o 'cause=.*' | cut -c 1-90)"
    [[ $(with_token "$(<"$file")" registry.test/shop/web) =~ ^4(01|31)$ ]] || fail "$name is taken"
  done
  served registry.test/shop/web $ALICE
}

# Larger than the head (as the huge token above) or the form that a listener takes.
expect_vast_tokens_refused() {
  local sign
  head -c 100000 /dev/zero | tr '\0' 'a' >"$WORK/vast.jwt"
  exchange vast >"$WORK/answer"
  expect_equal "status for a vast form" 400 "$(tail -n 1 "$WORK/answer")"
  for sign in "more than 65536 bytes" "request head too large"; do
    expect_equal "lines with $sign" 1 "$(grep -c " request_refused .*$sign" "$WORK/larder.log")"
  done
}

lines_of_trouble() { grep -cE ' (token_refused|warn|error) ' "$WORK/larder.log" || true; }

secret_is() {
  local token
  token=$(token_of web registry.test/shop/secret)
  [[ $(with_token "$token" registry.test/shop/secret) == "$1" ]]
}

expect_policy_to_change() {
  say "the policy changes while larder runs"
  secret_is 401 || fail "the secret is served"
  write_policy
  wait_until 5 "new policy" secret_is 200
  served registry.test/shop/secret $ALICE
  echo '{"Version": "2012-10-17", "Statement": [{"Effect": "Alow"}]}' >"$WORK/policy.json"
  wait_until 5 "word of a policy that is none" grep -q ' policy_kept ' "$WORK/larder.log"
  secret_is 200 || fail "the last good policy is not in force"
  write_policy '{"Effect": "Deny", "Principal": {"ServiceAccount": "shop/*"}, "Action": "*",
                 "Resource": "*"}'
  wait_until 5 "a policy that denies" secret_is 401
  pod_pulls registry.test/shop/web:v1 $ALICE || fail "alice is denied, too"
}

# The issuer has a new key besides the old one.
expect_new_key() {
  say "the issuer's keys change while larder runs"
  write_policy
  wait_until 15 "token signed with the new key" is_taken bad-kid
  is_taken web || fail "the old key is gone"
  ! is_taken bad-signature || fail "any key will do"
}

is_taken() { [[ $(exchange "$1" | tail -n 1) == 200 ]]; }

expect_no_secrets() {
  local secret
  curl -fsS "http://127.0.0.1:$METRICS_PORT/metrics" >"$WORK/metrics"
  for secret in "${ALICE#*:}" "${BOB#*:}" another-word "$(cut -d . -f 3 "$WORK/web.jwt")" \
    "$(cut -d . -f 2 "$WORK/web.jwt" | cut -c 1-60)"; do
    ! grep -raF "$secret" "$WORK/larder.log" "$WORK/metrics" "$WORK/cache" ||
      fail "a secret came out"
  done
}

main
