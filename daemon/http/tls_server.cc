#include "daemon/http/tls_server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <utility>

#include "daemon/http/certificate_pair.h"
#include "daemon/http/client_realm.h"
#include "daemon/http/listener_observer.h"

namespace larder::http {

namespace {

constexpr const char* kCiphersOf12 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr long kResumableSeconds = 600;
constexpr long kClientChainBytesMax = 64 * 1024;
constexpr int kClientChainDepth = 8;

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  static constexpr std::array<unsigned char, 9> kOurs{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* out = nullptr;
  const int found =
      SSL_select_next_proto(&out, size, kOurs.data(), kOurs.size(), offered, offered_size);
  *chosen = out;
  // Someone who can only speak another protocol must not take ours for it (ALPACA).
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool configure_server(SSL_CTX* context) {
  constexpr std::array<unsigned char, 6> kSessionsOf{'l', 'a', 'r', 'd', 'e', 'r'};
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  // A peer that sends nothing but key updates is left after each of them.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(context, kResumableSeconds);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphersOf12) == 1 &&
         SSL_CTX_set_num_tickets(context, 1) == 1 &&
         SSL_CTX_set_session_id_context(context, kSessionsOf.data(), kSessionsOf.size()) == 1;
}

Status trust(SSL_CTX* context, const TlsOptions& options) {
  if (options.client_certificates == ClientCertificates::none) return {};
  const auto authorities = read_certificates("CA file of clients", options.client_ca);
  if (!authorities) return authorities.error();
  for (const auto& authority : *authorities) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1 ||
        SSL_CTX_add_client_CA(context, authority.get()) != 1) {
      return Error{Errc::io, "TLS: " + take_tls_error()};
    }
  }
  const bool required = options.client_certificates == ClientCertificates::required;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  SSL_CTX_set_verify_depth(context, kClientChainDepth);
  SSL_CTX_set_max_cert_list(context, kClientChainBytesMax);
  return {};
}

bool is_for(const CertificatePair& pair, const char* name) {
  return X509_check_host(pair.certificate.get(), name, 0,
                         X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                         nullptr) == 1;
}

}  // namespace

struct TlsServer::Keys final : SessionGround {
  OpenSslOwned<SSL_CTX> context;
  std::vector<std::shared_ptr<const CertificatePair>> pairs;

  // OpenSSL asks once it knows the client's hello.
  static int choose(SSL* session, void* keys) {
    const auto& pairs = static_cast<const Keys*>(keys)->pairs;
    const char* name = SSL_get_servername(session, TLSEXT_NAMETYPE_host_name);
    bool found = false;
    // The first one last: it takes the place of others with the same kind of key.
    for (auto pair = pairs.rbegin(); name != nullptr && pair != pairs.rend(); ++pair) {
      if (!is_for(**pair, name)) continue;
      if (!(*pair)->put_into(session)) return 0;
      found = true;
    }
    return found || pairs.front()->put_into(session) ? 1 : 0;
  }
};

Result<std::unique_ptr<TlsServer>> TlsServer::create(TlsOptions options, std::string listener,
                                                     ListenerObserver* observer) {
  if (options.certificates.empty()) return Error{Errc::invalid, "TLS: no certificate is named"};
  std::unique_ptr<TlsServer> server(
      new TlsServer(std::move(options), std::move(listener), observer));
  if (auto loaded = server->load(); !loaded) return loaded.error();
  return server;
}

TlsServer::TlsServer(TlsOptions options, std::string listener, ListenerObserver* observer)
    : options_(std::move(options)), listener_(std::move(listener)), observer_(observer) {}

std::unique_ptr<TlsSession> TlsServer::accept(int socket) const {
  ERR_clear_error();
  SslHandle session(SSL_new(keys_->context.get()));
  if (session == nullptr || SSL_set_fd(session.get(), socket) != 1) return nullptr;
  SSL_set_accept_state(session.get());
  return std::make_unique<TlsSession>(std::move(session), keys_);
}

void TlsServer::maintain() {
  const bool have_changed = version() != version_;
  if (have_changed) failed_looks_ = 0;
  if (!have_changed && failed_looks_ == 0) return;
  // Also what is unchanged: who may read it, or room for a descriptor, is not in its version.
  const auto loaded = load();
  failed_looks_ = loaded ? 0 : failed_looks_ + 1;
  if (failed_looks_ == 2 && observer_ != nullptr) {
    observer_->certificates_refused(listener_, loaded.error());
  }
}

std::string TlsServer::version() const {
  std::vector<std::string> files;
  for (const auto& pair : options_.certificates) {
    files.insert(files.end(), {pair.certificate, pair.key});
  }
  if (!options_.client_ca.empty()) files.push_back(options_.client_ca);
  return version_of(files);
}

Status TlsServer::load() {
  version_ = version();  // before they are read: what changes then is read again
  auto keys = read(options_);
  if (!keys) return keys.error();
  if (keys_ && keys_->client_realm != (*keys)->client_realm) keys_->is_outdated = true;
  keys_ = std::move(*keys);
  tell_loaded();
  return {};
}

void TlsServer::tell_loaded() const {
  if (observer_ == nullptr) return;
  for (std::size_t i = 0; i < keys_->pairs.size(); ++i) {
    const auto expires = PeerCertificate::of(*keys_->pairs[i]->certificate).expires;
    observer_->certificate_loaded(listener_, options_.certificates[i].certificate,
                                  expires.value_or(WallTime::max()));
  }
}

Result<std::shared_ptr<const TlsServer::Keys>> TlsServer::read(const TlsOptions& options) {
  auto keys = std::make_shared<Keys>();
  keys->context.reset(SSL_CTX_new(TLS_server_method()));
  if (keys->context == nullptr || !configure_server(keys->context.get())) {
    return Error{Errc::io, "TLS: " + take_tls_error()};
  }
  if (auto trusted = trust(keys->context.get(), options); !trusted) return trusted.error();
  keys->client_realm = client_realm_of(*keys->context);
  for (const auto& files : options.certificates) {
    auto pair = CertificatePair::read(files, "server");
    if (!pair) return pair.error();
    keys->pairs.push_back(std::move(*pair));
  }
  SSL_CTX_set_cert_cb(keys->context.get(), &Keys::choose, keys.get());
  ERR_clear_error();
  return std::shared_ptr<const Keys>(std::move(keys));
}

}  // namespace larder::http
