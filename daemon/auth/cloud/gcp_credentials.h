// Google's registries (gcr.io, *.gcr.io, *.pkg.dev), by the identity that the machine or the pod
// has: an access token from the metadata server.
//
// Thread-safety: any thread. Blocks: on the metadata server, until the question's deadline.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cache/base/clock.h"
#include "daemon/auth/credential.h"
#include "daemon/http/client.h"

namespace larder::auth {

struct GcpOptions {
  // Empty: http://, and GCE_METADATA_HOST of the environment or metadata.google.internal.
  std::string metadata_url{};
  std::string service_account = "default";  // or one's e-mail address
};

class GcpCredentials final : public CredentialSource {
 public:
  // `client` goes to the metadata server, so it must use no proxy. It and `clock` must outlive the
  // source. Returns: invalid for a URL or a service account that is none.
  static Result<std::unique_ptr<GcpCredentials>> create(const GcpOptions& options,
                                                        http::Client& client, const Clock& clock);

  // One, for the username oauth2accesstoken, with its end. The server keeps a token until some
  // minutes before its end: asking earlier gives the same again.
  // Returns: denied when the server refuses; upstream_down when it has no such account or is no
  // metadata server; else as Client::send.
  Result<std::vector<Credential>> credentials(const CredentialQuestion& question) override;

 private:
  GcpCredentials(http::Url url, http::Client& client, const Clock& clock)
      : url_(std::move(url)), client_(client), clock_(clock) {}

  const http::Url url_;
  http::Client& client_;
  const Clock& clock_;
};

}  // namespace larder::auth
