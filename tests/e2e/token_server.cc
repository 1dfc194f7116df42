// A listener that does nothing but issue tokens, for the end-to-end tests:
//
//   token_server KEYS HTPASSWD SERVICE ADDRESS [certificates]
//
// writes its address into the file ADDRESS and serves /token, /jwks and /certificates until it is
// ended. "alice" may do anything, everybody else may pull. With `certificates` tokens carry one.
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "cache/base/worker_pool.h"
#include "daemon/auth/tokens/password_file.h"
#include "daemon/auth/tokens/token_service.h"
#include "daemon/http/query.h"
#include "daemon/http/server.h"

namespace {

using namespace larder;
using namespace larder::tokens;

class AliceDecider final : public AccessDecider {
 public:
  bool may(const AccessQuestion& question) const override {
    return question.subject.name == "alice" || question.action == "pull";
  }
};

class PrintingObserver final : public TokenObserver {
 public:
  void token_asked(const TokenEvent& event) override {
    std::cerr << std::string(event.outcome) + " to \"" + std::string(event.subject) + "\" " +
                     std::string(event.cause) + "\n";
  }
};

class Routes final : public http::Handler {
 public:
  Routes(TokenService& tokens, SigningKeys& keys) : tokens_(tokens), keys_(keys) {}

  http::Response handle(const http::Request& request) override {
    const auto path = http::split_target(request.target).path;
    if (path == "/token") return tokens_.handle(request);
    if (path == "/jwks") return jwks_reply(*keys_.ring());
    if (path == "/certificates") return certificates_reply(*keys_.ring());
    http::Response missing;
    missing.status = 404;
    return missing;
  }
  void finished(const http::Request&, const http::Exchange&) override {}

 private:
  TokenService& tokens_;
  SigningKeys& keys_;
};

int fail(const Error& error) {
  std::cerr << describe(error) << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  SystemClock clock;
  auto keys = SigningKeys::open({argv[1]}, clock);
  if (!keys) return fail(keys.error());
  auto passwords = PasswordFile::open({argv[2]}, clock);
  if (!passwords) return fail(passwords.error());
  TokenRules rules;
  rules.issuer = "larder-test";
  rules.service = argv[3];
  rules.with_certificate = argc > 5;
  const TokenIssuer issuer(rules, **keys, clock);
  TokenVerifier verifier(rules, **keys, clock);
  const AliceDecider decider;
  PrintingObserver observer;
  TokenService service({false, passwords->get(), nullptr}, issuer, verifier, decider, observer);
  Routes routes(service, **keys);
  WorkerPool workers({"http", 16});
  http::ServerOptions options;
  options.body_bytes_max = 64 * 1024;
  auto server = http::Server::start(options, workers, routes);
  if (!server) return fail(server.error());
  std::ofstream(argv[4]) << (*server)->address() << std::endl;
  for (;;) ::pause();
}
