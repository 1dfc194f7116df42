#include "daemon/auth/tokens/certified_subject.h"

#include "daemon/http/ascii.h"

namespace larder::tokens {

namespace {

// Whatever their case: policies and readers of logs are not to be led astray.
bool looks_alternative(std::string_view name) {
  const std::string lower = http::to_lower(http::trim(name));
  return lower.starts_with("dns:") || lower.starts_with("uri:") || lower.starts_with("ip:") ||
         lower.starts_with("email:");
}

std::string name_of(const http::PeerCertificate& certificate) {
  if (!certificate.common_name) {
    return certificate.names.empty() ? std::string() : certificate.names.front();
  }
  const std::string& name = *certificate.common_name;
  return looks_alternative(name) ? std::string() : name;
}

}  // namespace

std::optional<Subject> certified_subject(const http::Request& request) {
  if (request.tls == nullptr || !request.tls->certificate) return std::nullopt;
  const http::PeerCertificate& certificate = *request.tls->certificate;
  Subject subject;
  subject.kind = Subject::Kind::certificate;
  subject.name = name_of(certificate);
  if (subject.name.empty()) return std::nullopt;
  subject.realm = request.tls->client_realm;
  subject.expires = certificate.expires;
  return subject;
}

bool counts_at(const Subject& subject, const http::Request& request) {
  if (subject.kind != Subject::Kind::certificate) return true;
  return request.tls != nullptr && !subject.realm.empty() &&
         subject.realm == request.tls->client_realm;
}

}  // namespace larder::tokens
