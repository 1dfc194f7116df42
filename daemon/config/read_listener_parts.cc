#include <utility>

#include "daemon/config/networks.h"
#include "daemon/config/read_auth.h"
#include "daemon/config/read_listener.h"

namespace larder::config {

namespace {

constexpr std::uint64_t kCountMax = 1'000'000;

bool is_count(const Amount& amount) {
  return !amount.percent && amount.bytes <= kCountMax;
}

void read_count(Section& section, std::string_view key, std::uint64_t& into) {
  Amount amount{std::nullopt, into};
  section.read_amount(key, "a number up to 1000000; 0 for no limit", is_count, amount);
  into = amount.bytes;
}

// Both or none.
std::optional<CertificatePair> read_pair(Section& section) {
  CertificatePair pair;
  read_absolute_path(section, "certificate", pair.certificate_file);
  read_absolute_path(section, "key", pair.key_file);
  if (section.has("certificate") != section.has("key")) {
    const bool has_key = section.has("key");
    section.refuse(has_key ? "certificate" : "key", "nothing",
                   has_key ? "the certificate of key" : "the key of certificate");
  }
  if (pair.certificate_file.empty() || pair.key_file.empty()) return std::nullopt;
  return pair;
}

void read_more_pairs(Section& tls, std::vector<CertificatePair>& pairs) {
  const auto elements = tls.read_list("certificates", "a list of certificates with their keys");
  if (!elements) return;
  if (elements->empty()) tls.refuse("certificates", "an empty list", "at least one");
  for (std::size_t i = 0; i < elements->size(); ++i) {
    Section element = tls.element("certificates", i, *(*elements)[i]);
    element.require("certificate", "the absolute path of a PEM file");
    if (auto pair = read_pair(element)) pairs.push_back(*std::move(pair));
    element.finish();
  }
}

void read_clients(Section& section, Tls& tls) {
  read_absolute_path(section, "client_ca", tls.client_ca_file);
  if (!tls.client_ca_file.empty()) tls.clients = ClientCertificates::required;
  std::string clients(to_string(tls.clients));
  section.read_choice("client_certificates", {"required", "optional"}, clients);
  if (clients == to_string(ClientCertificates::optional)) {
    tls.clients = ClientCertificates::optional;
  }
  if (tls.client_ca_file.empty() && section.has("client_certificates")) {
    section.refuse("client_certificates", clients, "client_ca beside it");
  }
}

}  // namespace

std::string_view to_string(ClientCertificates wanted) {
  switch (wanted) {
    case ClientCertificates::none:
      return "none";
    case ClientCertificates::optional:
      return "optional";
    case ClientCertificates::required:
      return "required";
  }
  return "none";
}

Tls read_tls(Section& parent) {
  Tls tls;
  std::optional<Section> section = parent.read_section("tls");
  if (!section) return tls;
  if (auto pair = read_pair(*section)) tls.certificates.push_back(*std::move(pair));
  read_more_pairs(*section, tls.certificates);
  if (!section->has("certificate") && !section->has("certificates")) {
    section->require("certificate", "the absolute path of a PEM file");
  }
  read_clients(*section, tls);
  section->finish();
  return tls;
}

Limits default_limits(std::string_view listen_address) {
  constexpr std::uint64_t kRequests = 512;  // half of the threads there are for answers
  constexpr std::uint64_t kRequestsPerSource = 256;
  constexpr std::uint64_t kConnectionsPerSource = 1024;
  Limits limits;
  if (is_local_address(listen_address)) return limits;
  limits.requests = kRequests;
  limits.requests_per_source = kRequestsPerSource;
  limits.connections_per_source = kConnectionsPerSource;
  return limits;
}

Limits read_limits(Section& parent, Limits limits) {
  std::optional<Section> section = parent.read_section("limits");
  if (!section) return limits;
  read_count(*section, "connections", limits.connections);
  read_count(*section, "requests", limits.requests);
  section->read_rate("rate", limits.rate);
  read_count(*section, "connections_per_source", limits.connections_per_source);
  read_count(*section, "requests_per_source", limits.requests_per_source);
  section->read_rate("rate_per_source", limits.rate_per_source);
  const DurationRange range{std::chrono::seconds(1), std::chrono::minutes(10)};
  section->read_duration("head_timeout", range, limits.head_timeout);
  section->read_duration("idle_timeout", range, limits.idle_timeout);
  section->finish();
  return limits;
}

}  // namespace larder::config
