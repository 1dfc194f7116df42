// Where an issuer's public keys come from: a file, or its server.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "cache/base/clock.h"
#include "cache/base/result.h"
#include "daemon/http/client.h"
#include "daemon/http/url.h"

namespace larder::tokens {

// Thread-safety: one call at a time. Blocks: as it says.
class JwksSource {
 public:
  virtual ~JwksSource() = default;
  // The JWKS document as it is now. Returns: any error; its context names file or host.
  virtual Result<std::string> fetch(MonoTime deadline) = 0;
};

// Blocks: on disk.
class FileJwks final : public JwksSource {
 public:
  explicit FileJwks(std::filesystem::path file) : file_(std::move(file)) {}
  Result<std::string> fetch(MonoTime deadline) override;

 private:
  const std::filesystem::path file_;
};

struct HttpJwksOptions {
  std::string issuer;  // exactly as in `iss`
  // Where the keys are. Empty: asked of the issuer, or of `discovery`.
  std::string jwks_url{};
  // Instead of issuer + "/.well-known/openid-configuration". The document must name the issuer.
  std::string discovery_url{};
  // Sent as Bearer to the host of the URL above, and to no other; read at each use. For a
  // Kubernetes API server: /var/run/secrets/kubernetes.io/serviceaccount/token.
  std::filesystem::path bearer_token_file{};
};

// Blocks: on the network until the deadline, and on disk.
class HttpJwks final : public JwksSource {
 public:
  // `client`, made with the CA of the issuer, must outlive it. Returns: invalid for URLs that are
  // none, or that are not https while the issuer is.
  static Result<std::unique_ptr<HttpJwks>> create(HttpJwksOptions options, http::Client& client,
                                                  std::stop_token stop = {});
  Result<std::string> fetch(MonoTime deadline) override;

 private:
  HttpJwks(HttpJwksOptions options, http::Url first, http::Client& client, std::stop_token stop);
  Result<std::string> get(const http::Url& url, MonoTime deadline);
  Result<http::Url> discovered(const std::string& document) const;

  const HttpJwksOptions options_;
  const http::Url first_;  // what the operator wrote, or follows from the issuer
  http::Client& client_;
  const std::stop_token stop_;
};

}  // namespace larder::tokens
