#include "daemon/auth/tokens/certified_subject.h"

namespace larder::tokens {

std::optional<Subject> certified_subject(const http::Request& request) {
  if (request.tls == nullptr || !request.tls->certificate) return std::nullopt;
  const http::PeerCertificate& certificate = *request.tls->certificate;
  Subject subject;
  subject.kind = Subject::Kind::certificate;
  subject.name = certificate.common_name;
  if (subject.name.empty() && !certificate.names.empty()) subject.name = certificate.names.front();
  if (subject.name.empty()) return std::nullopt;
  subject.names = certificate.names;
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
