#!/bin/bash
# A real docker-registry that trusts Larder's tokens (`auth: token`): skopeo logs in with a password
# that only Larder knows, pushes and pulls; what Larder does not allow, the registry refuses. Two
# token servers share one key file, and the registry takes the tokens of both.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

SERVICE=registry.test

main() {
  htpasswd -nbB -C 6 alice sesame >"$WORK/users"
  htpasswd -nbB -C 6 bob swordfish >>"$WORK/users"
  token_server one
  token_server two
  curl -fsS "http://$(<"$WORK/one.address")/certificates" >"$WORK/bundle.pem"
  start_token_registry "http://$(<"$WORK/one.address")/token"
  make_image image --layers 2 >/dev/null

  say "alice logs in, pushes and pulls; bob pulls only; others nothing"
  log_in alice sesame
  push alice && pull alice
  log_in bob swordfish
  pull bob
  ! push bob 2>/dev/null || fail "bob pushed"
  ! log_in alice swordfish 2>/dev/null || fail "alice logged in with another's password"
  ! pull nobody 2>/dev/null || fail "somebody without a login pulled"

  say "the registry takes both servers' tokens, and no other"
  expect_pull 200 "$(token_of one)"
  expect_pull 200 "$(token_of two)"
  expect_pull 401 "$(token_of one | tr '[:upper:]' '[:lower:]')"
  expect_pull 401 "$(token_of one registry:catalog:pull)"
  say "a refresh token gets others, and is none itself"
  expect_refresh
  say "passed"
}

# token_server NAME: in the background; its address is in NAME.address.
token_server() {
  start "$1" "$TOKEN_SERVER" "$WORK/keys.json" "$WORK/users" $SERVICE "$WORK/$1.address" \
    certificates
  wait_until 10 "token server $1" test -s "$WORK/$1.address"
}

# start_token_registry REALM
start_token_registry() {
  REGISTRY_PORT=$(free_port)
  printf 'version: 0.1\nstorage: {filesystem: {}}\nhttp: {}\n' >"$WORK/registry.yml"
  start registry env REGISTRY_HTTP_ADDR="127.0.0.1:$REGISTRY_PORT" REGISTRY_LOG_LEVEL=info \
    REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY="$WORK/registry" OTEL_TRACES_EXPORTER=none \
    REGISTRY_AUTH=token REGISTRY_AUTH_TOKEN_REALM="$1" REGISTRY_AUTH_TOKEN_SERVICE=$SERVICE \
    REGISTRY_AUTH_TOKEN_ISSUER=larder-test REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE="$WORK/bundle.pem" \
    docker-registry serve "$WORK/registry.yml"
  wait_until 10 "docker-registry" port_open "$REGISTRY_PORT"
}

log_in() {
  skopeo login --authfile "$WORK/$1.auth" --tls-verify=false -u "$1" -p "$2" \
    "127.0.0.1:$REGISTRY_PORT" >/dev/null
}

authfile() {
  [[ -e $WORK/$1.auth ]] || echo '{}' >"$WORK/$1.auth"
  echo "$WORK/$1.auth"
}

push() {
  skopeo copy -q --authfile "$(authfile "$1")" --dest-tls-verify=false "oci:$WORK/image:v1" \
    "docker://127.0.0.1:$REGISTRY_PORT/team/$1:v1"
}

pull() {
  rm -rf "$WORK/pulled"
  skopeo copy -q --authfile "$(authfile "$1")" --src-tls-verify=false \
    "docker://127.0.0.1:$REGISTRY_PORT/team/alice:v1" "dir:$WORK/pulled"
}

# token_of SERVER [SCOPE]
token_of() {
  curl -fsS -u alice:sesame --get "http://$(<"$WORK/$1.address")/token" \
    -d service=$SERVICE -d "scope=${2:-repository:team/alice:pull}" | jq -r .token
}

expect_pull() {
  expect_equal "status" "$1" "$(curl -s -o /dev/null -w '%{http_code}' -m 5 \
    -H "Authorization: Bearer $2" -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
    "http://127.0.0.1:$REGISTRY_PORT/v2/team/alice/manifests/v1")"
}

expect_refresh() {
  local token url
  url=http://$(<"$WORK/two.address")/token
  token=$(curl -fsS "$url" -d grant_type=password -d username=alice -d password=sesame \
    -d access_type=offline -d service=$SERVICE | jq -r .refresh_token)
  expect_pull 401 "$token"
  expect_pull 200 "$(curl -fsS "$url" -d grant_type=refresh_token -d "refresh_token=$token" \
    -d service=$SERVICE -d scope=repository:team/alice:pull | jq -r .access_token)"
}

main
