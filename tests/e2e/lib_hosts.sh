# shellcheck shell=bash disable=SC2034  # what is set here is read by the tests
# What the end-to-end tests with several hosts share; sourced first. The test runs again in network
# and mount namespaces of its own, where it is the node that Larder runs on; other hosts are network
# namespaces on a bridge to it. All of it is gone when the test ends.
[[ $EUID -eq 0 ]] || { echo "needs root"; exit 77; }
if [[ -z ${LARDER_E2E_ALONE:-} ]]; then
  unshare --net --mount true 2>/dev/null || { echo "needs network namespaces"; exit 77; }
  LARDER_E2E_ALONE=1 exec unshare --net --mount "$BASH" "$0" "$@"
fi

# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NODE=10.77.0.1

# start_network: this node at $NODE/24 on a bridge. False where the kernel has none.
start_network() {
  mkdir -p /run/netns
  mount -t tmpfs none /run/netns
  mount --make-shared /run/netns
  ip link set lo up
  ip link add lan type bridge 2>/dev/null || { echo "needs bridges"; exit 77; }
  ip addr add "$NODE/24" dev lan
  ip link set lan up
}

# host NAME ADDRESS...: one more host at these addresses, each with its prefix length; its way out
# is the node.
host() {
  local address
  ip netns add "$1"
  ip link add "to-$1" type veth peer name eth0 netns "$1"
  ip link set "to-$1" master lan up
  ip -n "$1" link set lo up
  ip -n "$1" link set eth0 up
  for address in "${@:2}"; do ip -n "$1" addr add "$address" dev eth0; done
  ip -n "$1" route add default via "$NODE" 2>/dev/null || true
}

# on HOST COMMAND...: as that host.
on() { nsenter "--net=/run/netns/$1" "${@:2}"; }

# name_hosts: of standard input, what all hosts know instead of DNS.
name_hosts() {
  { echo "127.0.0.1 localhost" && cat; } >"$WORK/etc-hosts"
  mount --bind "$WORK/etc-hosts" /etc/hosts
  echo "nameserver 127.0.0.1" >"$WORK/resolv.conf"
  mount --bind "$WORK/resolv.conf" /etc/resolv.conf
}

# authority NAME: a certificate authority, $WORK/NAME.crt and .key.
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
    -keyout "$WORK/$1.key" -out "$WORK/$1.crt" 2>>"$WORK/openssl.log"
}

# certificate AUTHORITY NAME [ALTERNATIVE_NAMES]: $WORK/NAME.crt and .key, of that authority.
certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$2" \
    -CA "$WORK/$1.crt" -CAkey "$WORK/$1.key" -addext basicConstraints=critical,CA:FALSE \
    ${3:+-addext "subjectAltName=$3"} \
    -keyout "$WORK/$2.key" -out "$WORK/$2.crt" 2>>"$WORK/openssl.log"
}

# capture HOST NAME [INTERFACE]: what that host sends and receives, into NAME.pcap.
capture() {
  start "$2-capture" nsenter "--net=/run/netns/$1" tcpdump -n -U -Z root -i "${3:-eth0}" \
    -w "$WORK/$2.pcap"
  CAPTURE=$STARTED
  wait_until 10 "capture" grep -q "listening on" "$WORK/$2-capture.log"
}

# captured NAME FILTER: the packets of a capture, a line each.
captured() { tcpdump -n -r "$WORK/$1.pcap" "$2" 2>/dev/null; }
