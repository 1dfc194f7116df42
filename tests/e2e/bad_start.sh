#!/bin/bash
# What cannot start says why in one clear line: exit 1 for the cache directory, addresses and files
# that the config names, exit 2 for the config.
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "$0")/lib.sh"

main() {
  write_config <<<"upstreams: [{match: registry.test, endpoints: ['http://127.0.0.1:1']}]"

  cp "$WORK/larder.yaml" "$WORK/good.yaml"
  start_larder
  change "s/:$LARDER_PORT/:$(free_port)/; s/:$METRICS_PORT/:$(free_port)/"
  refuses "a cache held by another larder" 1 "$WORK/cache"
  change "s|$WORK/cache|$WORK/other|; s/:$METRICS_PORT/:$(free_port)/"
  refuses "an address in use" 1 "127.0.0.1:$LARDER_PORT"
  stop "$LARDER_PID"

  change "s|$WORK/cache|$WORK/none/of/these/cache|"
  refuses "a cache whose parent is missing" 1 "$WORK/none/of/these"
  touch "$WORK/file"
  change "s|$WORK/cache|$WORK/file|"
  refuses "a file as the cache directory" 1 "$WORK/file"
  make_read_only "$WORK/read-only"
  change "s|$WORK/cache|$WORK/read-only|"
  refuses "a cache that is not writable" 1 "$WORK/read-only"

  refuse_files
  change '1i surprise: 1'
  refuses "an unknown key" 2 "bad.yaml:1: surprise"
  change 's/level: info/level: loud/'
  refuses "a value out of range" 2 "bad.yaml:5: log.level"
  change 's/path: [^,}]*/path: [1, 2]/'
  refuses "a wrong type" 2 "bad.yaml:1: cache.path"
  change '1s/.*/cache: {path: "unclosed/'
  refuses "text that is not YAML" 2 "bad.yaml:"
  say "passed"
}

refuse_files() {
  local users="tokens: {htpasswd: $WORK/users}"
  change "s|endpoints:|ca: $WORK/no.crt, &|"
  refuses "a missing file of authorities" 1 "$WORK/no.crt"
  change "s|^listeners: .{|&policy: $WORK/no.json, |"
  refuses "a missing policy" 1 "$WORK/no.json"
  echo '{"Version": "2012-10-17", "Statement": []}' >"$WORK/no.json"
  refuses "a policy that is none" 1 "$WORK/no.json:1"
  change "s|^listeners: .{|&auth: required, |; \$a $users"
  refuses "a missing file of users" 1 "$WORK/users"
  htpasswd -nbm alice a-secret >"$WORK/users"
  refuses "a user whose hash is not bcrypt" 1 "$WORK/users: line 1: the hash of alice is MD5"
}

# change SED: the good config, changed, as bad.yaml.
change() { sed "$1" "$WORK/good.yaml" >"$WORK/bad.yaml"; }

refuses() {
  local what=$1 expected=$2 words=$3 status=0
  timeout 20 "$LARDER" serve --config "$WORK/bad.yaml" >"$WORK/said.log" 2>&1 || status=$?
  expect_equal "exit status for $what" "$expected" "$status"
  expect_equal "lines for $what" 1 "$(wc -l <"$WORK/said.log")"
  grep -qF -- "$words" "$WORK/said.log" || fail "for $what it does not name $words"
  say "$what: $(cat "$WORK/said.log")"
}

# Root may write anywhere but on a file system that is read-only.
make_read_only() {
  mkdir "$1"
  if [[ $EUID -eq 0 ]]; then mount -t tmpfs -o ro larder-read-only "$1"; else chmod 555 "$1"; fi
}

main
