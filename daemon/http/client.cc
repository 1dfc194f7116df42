#include "daemon/http/client.h"

#include <string>
#include <utility>

#include "daemon/http/pooled_client.h"
#include "daemon/http/resolver.h"
#include "daemon/http/tls_context.h"
#include "daemon/http/unix_resolver.h"

namespace larder::http {

namespace {

class BufferSink final : public ResponseSink {
 public:
  explicit BufferSink(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  bool head(const ResponseHead& head) override {
    response_.head = head;
    too_large_ = head.content_length.value_or(0) > body_bytes_max_ && !headers_only_;
    return !too_large_;
  }

  bool body(std::span<const std::byte> bytes) override {
    too_large_ = bytes.size() > body_bytes_max_ - response_.body.size();
    if (too_large_) return false;
    response_.body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return true;
  }

  void expect_headers_only() { headers_only_ = true; }
  bool too_large() const { return too_large_; }
  BufferedResponse take() && { return std::move(response_); }

 private:
  const std::size_t body_bytes_max_;
  bool headers_only_ = false;  // Content-Length tells of a body that does not come
  bool too_large_ = false;
  BufferedResponse response_;
};

Result<std::unique_ptr<Resolver>> resolver_for(const std::string& unix_socket) {
  if (unix_socket.empty()) return std::unique_ptr<Resolver>(std::make_unique<SystemResolver>());
  const auto address = SocketAddress::of_unix_path(unix_socket);
  if (!address) return Error{Errc::invalid, "path too long for a socket: " + unix_socket};
  return std::unique_ptr<Resolver>(std::make_unique<UnixResolver>(*address));
}

}  // namespace

Result<std::unique_ptr<Client>> Client::create(ClientOptions options) {
  auto tls = TlsContext::create(options.ca_file, options.certificate);
  if (!tls) return tls.error();
  auto resolver = resolver_for(options.unix_socket);
  if (!resolver) return resolver.error();
  return std::unique_ptr<Client>(
      std::make_unique<PooledClient>(std::move(options), std::move(*resolver), std::move(*tls)));
}

Result<BufferedResponse> send_buffered(Client& client, const ClientRequest& request,
                                       std::size_t body_bytes_max, std::stop_token stop) {
  BufferSink sink(body_bytes_max);
  if (request.method == "HEAD") sink.expect_headers_only();
  auto sent = client.send(request, sink, std::move(stop));
  if (sink.too_large()) {
    return Error{Errc::upstream_down, request.url.authority() + ": body larger than " +
                                          std::to_string(body_bytes_max) + " bytes"};
  }
  if (!sent) return sent.error();
  return std::move(sink).take();
}

}  // namespace larder::http
