#!/bin/bash
# A real docker-registry that trusts Larder's tokens (`auth: token`, certificates of the keys):
# skopeo logs in to it with a password that only Larder knows and pulls what Larder's policy allows.
# Two Larders share the keys, and the registry takes the tokens of both. Larder also mirrors that
# registry: with a credential of its own, and for tenants with theirs.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib_runtime.sh
source "$(dirname "$0")/lib_runtime.sh"

ALICE=alice:sesame BOB=bob:swordfish SERVICE=registry.test

main() {
  fill_registry
  write_files
  configure one && configure two
  start_one && start_two
  curl -fsS "http://127.0.0.1:$ISSUER_PORT/token/certificates.pem" >"$WORK/bundle.pem"
  protect_registry
  expect_clients
  expect_tokens_of_both
  expect_refresh
  expect_mirror
  expect_tenants
  say "passed"
}

# While nobody guards it: Larder issues tokens for pulling only.
fill_registry() {
  make_image app --layers 2 --layer-bytes 200000 >/dev/null
  registry guarded
  push app guarded team/app:v1 && push app guarded team/alices:v1
  stop "${PID_OF[guarded]}"
}

write_files() {
  htpasswd -Bbn -C 5 alice "${ALICE#*:}" >"$WORK/users"
  htpasswd -Bbn -C 5 bob "${BOB#*:}" >>"$WORK/users"
  printf %s "${ALICE#*:}" >"$WORK/alices-password"
  cat >"$WORK/policy.json" <<END
{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "registry:Pull", "Principal": {"User": "alice"},
   "Resource": "team/*"},
  {"Effect": "Allow", "Action": "registry:Pull", "Principal": {"User": "bob"},
   "Resource": "team/app"}]}
END
}

# configure one|two: an issuer; the first is a mirror of the registry, too.
configure() {
  local port=ISSUER_PORT
  [[ $1 == one ]] || port=OTHER_PORT
  printf -v $port %s "$(free_port)"
  METRICS_PORT=$(free_port) LARDER_PORT=${LARDER_PORT:-$(free_port)}
  TENANT_PORT=${TENANT_PORT:-$(free_port)}
  cat >"$WORK/$1.yaml" <<END
cache: {path: $WORK/$1, budget: 4GiB, free_floor: 64MiB}
tokens:
  issuer: larder-test
  service: $SERVICE
  with_certificate: true
  keys: {file: $WORK/keys.json}
  htpasswd: $WORK/users
metrics: {address: "127.0.0.1:$METRICS_PORT"}
control: {socket: $WORK/$1.sock}
log: {level: info, format: text}
upstreams:
  - match: registry.test
    endpoints: ["http://127.0.0.1:${PORT_OF[guarded]}"]
    auth: {kind: basic, username: alice, password_file: $WORK/alices-password}
listeners:
  - {name: issuer, address: "127.0.0.1:${!port}", auth: required, policy: $WORK/policy.json}
END
  [[ $1 == one ]] || return 0
  cat >>"$WORK/one.yaml" <<END
  - {name: node, address: "127.0.0.1:$LARDER_PORT"}
  - {name: tenants, address: "127.0.0.1:$TENANT_PORT", auth: tenant}
END
}

start_one() { start_named one; }
start_two() { start_named two; }
start_named() {
  start "$1" "$LARDER" serve --config "$WORK/$1.yaml"
  local port=$ISSUER_PORT
  [[ $1 == one ]] || port=$OTHER_PORT
  wait_until 15 "larder $1" curl -fsS -m 2 "http://127.0.0.1:$port/.well-known/jwks.json"
}

protect_registry() {
  registry guarded REGISTRY_AUTH=token REGISTRY_AUTH_TOKEN_SERVICE=$SERVICE \
    REGISTRY_AUTH_TOKEN_REALM="http://127.0.0.1:$ISSUER_PORT/token" \
    REGISTRY_AUTH_TOKEN_ISSUER=larder-test REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE="$WORK/bundle.pem"
}

log_in() {
  skopeo login --authfile "$WORK/$1.auth" --tls-verify=false -u "$1" -p "$2" \
    "127.0.0.1:${PORT_OF[guarded]}" >/dev/null 2>>"$WORK/skopeo.log"
}

# pull WHO REPOSITORY: straight from the registry.
pull() {
  [[ -e $WORK/$1.auth ]] || echo '{}' >"$WORK/$1.auth"
  rm -rf "$WORK/pulled"
  skopeo copy -q --authfile "$WORK/$1.auth" --src-tls-verify=false \
    "docker://127.0.0.1:${PORT_OF[guarded]}/$2:v1" "dir:$WORK/pulled" 2>>"$WORK/skopeo.log"
}

expect_clients() {
  say "alice logs in and pulls all, bob what he may, others nothing; nobody pushes"
  log_in alice "${ALICE#*:}" || fail "alice's login"
  pull alice team/alices || fail "alice's pull"
  log_in bob "${BOB#*:}" || fail "bob's login"
  pull bob team/app || fail "bob's pull"
  ! pull bob team/alices || fail "bob pulled what is alice's"
  ! log_in alice "${BOB#*:}" || fail "alice logged in with another's password"
  ! pull nobody team/app || fail "somebody without a login pulled"
  ! push app guarded team/new:v1 $ALICE 2>>"$WORK/skopeo.log" || fail "alice pushed"
}

# token_of PORT [SCOPE]
token_of() {
  curl -fsS -u $ALICE --get "http://127.0.0.1:$1/token" -d service=$SERVICE \
    -d "scope=${2:-repository:team/alices:pull}" | jq -r .token
}

expect_pull() {
  expect_equal "status" "$1" "$(curl -s -o /dev/null -w '%{http_code}' -m 5 \
    -H "Authorization: Bearer $2" -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
    "http://127.0.0.1:${PORT_OF[guarded]}/v2/team/alices/manifests/v1")"
}

expect_tokens_of_both() {
  say "the registry takes both Larders' tokens, and no other"
  expect_pull 200 "$(token_of "$ISSUER_PORT")"
  expect_pull 200 "$(token_of "$OTHER_PORT")"
  expect_pull 401 "$(token_of "$ISSUER_PORT" | tr '[:upper:]' '[:lower:]')"
  expect_pull 401 "$(token_of "$ISSUER_PORT" repository:team/app:pull)"
}

expect_refresh() {
  local token url=http://127.0.0.1:$OTHER_PORT/token
  say "a refresh token gets others, and is none itself"
  token=$(curl -fsS "$url" -d grant_type=password -d username=alice -d "password=${ALICE#*:}" \
    -d access_type=offline -d service=$SERVICE | jq -r .refresh_token)
  expect_pull 401 "$token"
  expect_pull 200 "$(curl -fsS "$url" -d grant_type=refresh_token -d "refresh_token=$token" \
    -d service=$SERVICE -d scope=repository:team/alices:pull | jq -r .access_token)"
}

ask() {
  "$PYTHON" -B "$E2E/ask_as.py" "$1" "$2" "registry.test/$3" "$WORK/app" "${@:4}" ||
    fail "not $1: ${*:2}"
}

# The token comes from the Larder that asks for it.
expect_mirror() {
  say "Larder mirrors that registry, by a token of its own making"
  ask served "$LARDER_PORT" team/alices
  ask served "$LARDER_PORT" team/app
  local before
  before=$(requests_to guarded)
  wait_until 10 "image on disk" is_hit
  expect_equal "upstream requests for hits" "$before" "$(requests_to guarded)"
}

is_hit() {
  "$PYTHON" -B "$E2E/ask_as.py" hit "$LARDER_PORT" registry.test/team/alices "$WORK/app" \
    --digests-only
}

# Here each repository has its own rights, unlike behind one password file.
expect_tenants() {
  say "and for tenants, by what their passwords get at that issuer"
  ask served "$TENANT_PORT" team/alices $ALICE
  ask served "$TENANT_PORT" team/app $BOB
  ask refused "$TENANT_PORT" team/alices $BOB
  ask refused "$TENANT_PORT" team/alices bob:another-word
  ask refused "$TENANT_PORT" team/app
}

main
