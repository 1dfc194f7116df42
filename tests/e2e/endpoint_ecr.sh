#!/bin/bash
# A TLS listener that stands for ECR: the aws CLI by endpoint URL and by private DNS,
# docker-credential-ecr-login and pods with what kubelet's plugin hands over log in at it unchanged,
# and get what the policy allows them. All of it in a network of its own, without a way out.
# shellcheck source-path=SCRIPTDIR source=lib.sh
[[ ${1:-} == inside || $EUID -ne 0 ]] || exec unshare --net --mount "$0" inside
source "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib_runtime.sh
source "$(dirname "$0")/lib_runtime.sh"

REGION=eu-west-1
REGISTRY_HOST=123456789012.dkr.ecr.$REGION.amazonaws.com
API_HOST=api.ecr.$REGION.amazonaws.com
OWN_HOST=larder.test
KEY_ID=AKIDLARDERNODE000001 SECRET=0123456789abcdefghij/0123456789+ABCDEFGH

main() {
  need_root
  local program
  for program in aws docker-credential-ecr-login; do
    type -P $program >/dev/null || { echo "needs $program"; exit 77; }
  done
  enter_network
  start_upstream
  configure
  start_larder
  expect_login_by_url
  expect_pods
  expect_private_dns
  expect_basic_unasked
  expect_strangers_refused
  expect_keys_to_change
  expect_decisions_explained
  expect_no_secrets
  say "passed"
}

# Private DNS: the names of ECR lead here, and Larder has a name of its own, too.
enter_network() {
  ip link set lo up
  printf '127.0.0.1 %s\n' localhost "$API_HOST" "$REGISTRY_HOST" "$OWN_HOST" >"$WORK/hosts.txt"
  mount --bind "$WORK/hosts.txt" /etc/hosts
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj "/CN=$API_HOST" -addext "subjectAltName=DNS:$API_HOST,DNS:$REGISTRY_HOST,DNS:$OWN_HOST" \
    -keyout "$WORK/tls.key" -out "$WORK/tls.crt" 2>>"$WORK/openssl.log"
  export HOME=$WORK/home SSL_CERT_FILE=$WORK/tls.crt AWS_CA_BUNDLE=$WORK/tls.crt
  export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_PAGER=
  export AWS_EC2_METADATA_DISABLED=true AWS_MAX_ATTEMPTS=1 AWS_REGION=$REGION
  export AWS_DEFAULT_REGION=$REGION
  mkdir "$HOME"
}

start_upstream() {
  registry source
  make_image app --layers 2 --layer-bytes 200000 >/dev/null
  push app source shop/web:v1 && push app source bank/app:v1
}

configure() {
  write_keys "$KEY_ID $SECRET nodes"
  cat >"$WORK/policy.json" <<END
{"Version": "2012-10-17", "Statement": [
  {"Sid": "NodesPullTheShop", "Effect": "Allow", "Principal": {"User": "nodes"},
   "Action": "registry:Pull", "Resource": "$REGISTRY_HOST/shop/*"}]}
END
  METRICS_PORT=$(free_port)
  cat >"$WORK/larder.yaml" <<END
cache: {path: $WORK/cache, budget: 4GiB, free_floor: 64MiB}
listeners:
  - name: endpoint
    address: "127.0.0.1:443"
    tls: {certificate: $WORK/tls.crt, key: $WORK/tls.key}
    hosts: ["$API_HOST", "*.dkr.ecr.$REGION.amazonaws.com"]
    auth: required
    policy: $WORK/policy.json
  - {name: tenants, address: "127.0.0.1:81", hosts: ["$API_HOST"], auth: tenant}
tokens: {access_keys: $WORK/access-keys}
metrics: {address: "127.0.0.1:$METRICS_PORT"}
control: {socket: $WORK/larder.sock}
log: {level: debug, format: text}
upstreams:
  - {match: $REGISTRY_HOST, endpoints: ["http://127.0.0.1:${PORT_OF[source]}"]}
END
}

write_keys() {
  (umask 077 && echo "$1" >"$WORK/access-keys.new")
  mv "$WORK/access-keys.new" "$WORK/access-keys"
}

# aws_as KEY_ID SECRET ARGUMENTS...
aws_as() {
  AWS_ACCESS_KEY_ID=$1 AWS_SECRET_ACCESS_KEY=$2 aws "${@:3}" 2>"$WORK/aws-error.log"
}

pull() {
  rm -rf "$WORK/pulled"
  skopeo copy -q --authfile "$WORK/auth.json" "docker://$1" "dir:$WORK/pulled" \
    2>>"$WORK/skopeo.log"
}

# with_token TOKEN REPOSITORY: the status of a manifest, by Basic that nobody has asked for.
with_token() {
  curl -sS -m 5 -o "$WORK/body" -w '%{http_code}' -u "AWS:$1" --cacert "$WORK/tls.crt" \
    -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
    "https://$REGISTRY_HOST/v2/$2/manifests/v1"
}

expect_login_by_url() {
  say "aws ecr get-login-password by endpoint URL, and a login with it"
  TOKEN=$(aws_as $KEY_ID $SECRET --endpoint-url "https://$OWN_HOST" ecr get-login-password) ||
    fail "no password: $(<"$WORK/aws-error.log")"
  skopeo login --authfile "$WORK/auth.json" -u AWS --password-stdin "$OWN_HOST" <<<"$TOKEN" \
    >/dev/null 2>>"$WORK/skopeo.log" || fail "no login"
  pull "$OWN_HOST/$REGISTRY_HOST/shop/web:v1" || fail "no pull"
  ! pull "$OWN_HOST/$REGISTRY_HOST/bank/app:v1" || fail "another's image"
  aws_as $KEY_ID $SECRET --endpoint-url "https://$OWN_HOST" --region us-east-1 ecr-public \
    get-login-password | grep -q '^eyJ' || fail "no password of ECR Public's"
}

# kubelet's plugin gives what GetAuthorizationToken gave, and containerd shows it at /token.
expect_pods() {
  say "pods with what kubelet's credential provider hands over"
  mirror "$REGISTRY_HOST" "https://$REGISTRY_HOST" "ca = \"$WORK/tls.crt\""
  start_containerd
  pod_pulls "$REGISTRY_HOST/shop/web:v1" "AWS:$TOKEN" || fail "a pod's pull"
  ! pod_pulls "$REGISTRY_HOST/bank/app:v1" "AWS:$TOKEN" || fail "another's image"
  ! pod_pulls "$REGISTRY_HOST/shop/web:v1" "AWS:${TOKEN%????}AAAA" || fail "a token that is none"
  ! pod_pulls "$REGISTRY_HOST/shop/web:v1" || fail "a pod without credentials"
}

expect_private_dns() {
  say "the aws CLI and docker-credential-ecr-login by ECR's own names"
  local answer
  answer=$(aws_as $KEY_ID $SECRET ecr get-authorization-token --registry-ids 123456789012) ||
    fail "no token: $(<"$WORK/aws-error.log")"
  expect_equal "endpoint" "https://$REGISTRY_HOST" \
    "$(jq -r '.authorizationData[0].proxyEndpoint' <<<"$answer")"
  local ends
  ends=$(jq -r '.authorizationData[0].expiresAt' <<<"$answer")
  [[ $ends =~ ^[0-9]+$ ]] || ends=$(date -d "$ends" +%s)  # newer ones write a date
  ((ends - $(date +%s) > 42000 && ends - $(date +%s) <= 43200)) || fail "not for 12 h: $answer"

  export AWS_ACCESS_KEY_ID=$KEY_ID AWS_SECRET_ACCESS_KEY=$SECRET
  expect_equal "user" AWS \
    "$(docker-credential-ecr-login get <<<"$REGISTRY_HOST" 2>>"$WORK/helper.log" | jq -r .Username)"
  echo "{\"credHelpers\": {\"$REGISTRY_HOST\": \"ecr-login\"}}" >"$WORK/auth.json"
  pull "$REGISTRY_HOST/shop/web:v1" || fail "no pull with the helper"
  unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
}

expect_basic_unasked() {
  say "the token straight away, as clients of ECR send it"
  expect_equal "status" 200 "$(with_token "$TOKEN" shop/web)"
  expect_equal "status of another's" 403 "$(with_token "$TOKEN" bank/app)"
  expect_equal "status of no token" 401 "$(with_token none shop/web)"
}

# refused CODE KEY_ID SECRET ARGUMENTS...: with the code that AWS gives, and a line in the log.
refused() {
  local before
  before=$(grep -c ' token_refused .*endpoint=ecr' "$WORK/larder.log" || true)
  ! aws_as "${@:2}" ecr get-login-password >"$WORK/answer" || fail "not refused: $1"
  grep -q "($1)" "$WORK/aws-error.log" || fail "not $1: $(<"$WORK/aws-error.log")"
  expect_equal "lines about $1" $((before + 1)) \
    "$(grep -c ' token_refused .*endpoint=ecr' "$WORK/larder.log")"
}

expect_strangers_refused() {
  say "who is not known is refused as AWS refuses"
  refused UnrecognizedClientException AKIDFOREIGN000000001 $SECRET
  refused InvalidSignatureException $KEY_ID "${SECRET}x"
  refused AccessDeniedException $KEY_ID $SECRET --endpoint-url http://127.0.0.1:81
  local operation=AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken
  expect_equal "status without a signature" 400 "$(curl -sS -m 5 -o "$WORK/body" \
    -w '%{http_code}' -d '{}' -H "X-Amz-Target: $operation" --cacert "$WORK/tls.crt" \
    "https://$API_HOST/")"
  expect_equal "code" MissingAuthenticationTokenException "$(jq -r .__type "$WORK/body")"
}

token_is() { [[ $(with_token "$TOKEN" shop/web) == "$1" ]]; }

expect_keys_to_change() {
  say "access keys change while larder runs, and tokens go with them"
  write_keys "AKIDLARDERNODE000002 $SECRET nodes"
  wait_until 5 "end of the token" token_is 401
  refused UnrecognizedClientException $KEY_ID $SECRET
  aws_as AKIDLARDERNODE000002 $SECRET ecr get-login-password | grep -q '^eyJ' || fail "the new key"
  chmod 644 "$WORK/access-keys"
  wait_until 5 "word of a file that others read" \
    grep -q ' access_trouble .*chmod' "$WORK/larder.log"
}

# expect_line EVENT TEXT...: one line of the log that has them all.
expect_line() {
  local found text
  found=$(grep " $1 " "$WORK/larder.log")
  for text in "${@:2}"; do found=$(grep -F -- "$text" <<<"$found" || true); done
  [[ -n $found ]] || fail "no line of $1 with ${*:2}"
}

expect_decisions_explained() {
  say "the log tells who, what, from where and which statement"
  local who=(listener=endpoint subject_kind=user subject=nodes "peer=127.0.0.1:" tls=true
    action=registry:Pull)
  expect_line policy_allowed "${who[@]}" resource=$REGISTRY_HOST/shop/web reference=v1 \
    'reason="allowed by NodesPullTheShop"'
  expect_line request listener=endpoint "peer=127.0.0.1:" subject_kind=user subject=nodes \
    action=registry:Pull resource=$REGISTRY_HOST/shop/web 'reason="allowed by NodesPullTheShop"'
  expect_line policy_denied "${who[@]}" resource=$REGISTRY_HOST/bank/app reference=v1 \
    'reason="denied: no statement allows it"'
  expect_line token_issued endpoint=ecr subject=nodes
  expect_line token_rejected resource=$REGISTRY_HOST/shop/web error=invalid_token \
    'cause="the access key it was given for is no more"'
  expect_equal "denials counted" "$(grep -c ' policy_denied ' "$WORK/larder.log")" \
    "$(metric larder_policy_decisions_total 'decision="deny"')"
}

expect_no_secrets() {
  local secret
  curl -fsS "http://127.0.0.1:$METRICS_PORT/metrics" >"$WORK/metrics"
  for secret in "$SECRET" "$TOKEN" "$(cut -d . -f 3 <<<"$TOKEN")"; do
    ! grep -raF -e "$secret" "$WORK/larder.log" "$WORK/metrics" "$WORK/cache" ||
      fail "a secret came out"
  done
}

main
