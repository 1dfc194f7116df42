#include "daemon/config/read_access.h"

#include <utility>

#include "daemon/config/read_auth.h"
#include "daemon/config/shapes.h"

namespace larder::config {

namespace {

std::optional<std::string> read_path(Section& section, std::string_view key) {
  std::string path;
  section.read_text(key, "the path of a PEM file", anything, path);
  if (path.empty()) return std::nullopt;
  return path;
}

std::optional<ClientCertificate> read_client_certificate(Section& section) {
  auto certificate = read_path(section, "client_certificate");
  auto key = read_path(section, "client_key");
  if (section.has("client_certificate") != section.has("client_key")) {
    const bool has_key = section.has("client_key");
    section.refuse(has_key ? "client_certificate" : "client_key", "nothing",
                   has_key ? "the certificate of client_key" : "the key of client_certificate");
  }
  if (!certificate || !key) return std::nullopt;
  return ClientCertificate{*std::move(certificate), *std::move(key)};
}

}  // namespace

Access read_access(Section& section) {
  Access access;
  access.auth = read_auth(section);
  access.ca_file = read_path(section, "ca");
  access.client_certificate = read_client_certificate(section);
  access.proxy = read_proxy(section);
  return access;
}

}  // namespace larder::config
