#include "daemon/http/pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <utility>

#include "cache/base/small_file.h"
#include "daemon/http/tls_transport.h"

namespace larder::http {

namespace {

// A bundle of all public authorities has a quarter of it.
constexpr std::size_t kFileBytesMax = 1024 * 1024;

// OpenSSL would ask at the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

Result<std::string> read_text(const std::string& what, const std::string& file) {
  ERR_clear_error();
  auto text = read_small_file(file, kFileBytesMax);
  if (text.ok()) return text;
  return Error{Errc::invalid, what + ": " + text.error().context};
}

OpenSslOwned<BIO> bio_of(const std::string& text) {
  return OpenSslOwned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// What ends the reading of certificates: that no other begins, or one that is damaged, or of which
// only a part has been written.
bool is_at_its_end() {
  const auto last = ERR_peek_last_error();
  return ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
}

Error unreadable(const std::string& what, const std::string& file) {
  return {Errc::invalid, what + " " + file + ": " + take_tls_error()};
}

}  // namespace

Result<std::vector<OpenSslOwned<X509>>> read_certificates(const std::string& what,
                                                          const std::string& file) {
  const auto text = read_text(what, file);
  if (!text.ok()) return text.error();
  const auto bio = bio_of(*text);
  std::vector<OpenSslOwned<X509>> found;
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)) {
    found.emplace_back(next);
  }
  if (found.empty() || !is_at_its_end()) return unreadable(what, file);
  ERR_clear_error();
  return found;
}

Result<OpenSslOwned<EVP_PKEY>> read_private_key(const std::string& what, const std::string& file) {
  const auto text = read_text(what, file);
  if (!text.ok()) return text.error();
  const auto bio = bio_of(*text);
  OpenSslOwned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (key == nullptr) return unreadable(what, file);
  ERR_clear_error();
  return key;
}

}  // namespace larder::http
