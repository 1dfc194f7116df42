#include "daemon/http/tls_peer.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <string_view>

#include "daemon/http/socket_address.h"

namespace larder::http {

namespace {

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

bool is_visible(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string_view text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

// A common name may have spaces: "Build Server 7".
bool can_be_shown(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::optional<std::string> common_name_of(const X509& certificate) {
  const X509_NAME* subject = X509_get_subject_name(&certificate);
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0) return std::nullopt;
  // Others may take another one for the name.
  if (X509_NAME_get_index_by_NID(subject, NID_commonName, index) >= 0) return "";
  unsigned char* utf8 = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
  if (size < 0) return "";
  std::string name(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return can_be_shown(name) ? name : std::string();
}

std::string prefixed(std::string_view type, const ASN1_STRING* value) {
  const auto text = text_of(value);
  return is_visible(text) ? std::string(type).append(text) : std::string();
}

// Empty for a kind that nobody asks for.
std::string name_of(const GENERAL_NAME& name) {
  switch (name.type) {
    case GEN_DNS:
      return prefixed("DNS:", name.d.dNSName);
    case GEN_URI:
      return prefixed("URI:", name.d.uniformResourceIdentifier);
    case GEN_EMAIL:
      return prefixed("email:", name.d.rfc822Name);
    case GEN_IPADD: {
      const auto ip = ip_text(text_of(name.d.iPAddress));
      return ip.empty() ? ip : "IP:" + ip;
    }
    default:
      return {};
  }
}

std::vector<std::string> alternative_names(const X509& certificate) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, FreeNames> found(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(found.get()); ++i) {
    auto name = name_of(*sk_GENERAL_NAME_value(found.get(), i));
    if (!name.empty()) names.push_back(std::move(name));
  }
  return names;
}

std::optional<WallTime> end_of(const X509& certificate) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &utc) != 1) return std::nullopt;
  return std::chrono::system_clock::from_time_t(::timegm(&utc));
}

}  // namespace

PeerCertificate PeerCertificate::of(const x509_st& certificate) {
  return {common_name_of(certificate), alternative_names(certificate), end_of(certificate)};
}

}  // namespace larder::http
