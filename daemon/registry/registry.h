// The distribution API for pulls (OCI distribution-spec): a request becomes an answer.
//
// Thread-safety: any thread. Blocks: within the deadlines of manifests.h, blobs.h and lists.h.
#pragma once

#include <string>

#include "daemon/http/message.h"
#include "daemon/registry/access_gate.h"
#include "daemon/registry/blobs.h"
#include "daemon/registry/listener_hosts.h"
#include "daemon/registry/lists.h"
#include "daemon/registry/manifests.h"
#include "daemon/registry/registry_observer.h"

namespace larder::registry {

// What sets listeners apart, by their names.
struct ListenerRules {
  ListenerHosts hosts{};      // that they stand for
  ListenerHosts upstreams{};  // that can be reached
  AccessGates gates{};
};

class Registry final : public http::Handler {
 public:
  // Everything passed by reference must outlive the registry.
  Registry(std::string default_upstream, upstream::Upstreams& upstreams, Manifests& manifests,
           Blobs& blobs, Lists& lists, RegistryObserver& observer, ListenerRules listeners = {});

  http::Response handle(const http::Request& request) override;
  void finished(const http::Request& request, const http::Exchange& exchange) override;

 private:
  AccessGate* gate_of(const http::Request& request) const;
  http::Response ping(const http::Request& request);
  Result<Target> target_of(const http::Request& request, const RegistryPath& path) const;
  http::Response answer(const http::Request& request, const RegistryPath& path);
  http::Response answer_or_refuse(const http::Request& request, const RegistryPath& path,
                                  Target& target);
  Result<http::Response> answer(const http::Request& request, const RegistryPath& path,
                                const Target& target);
  Result<http::Response> manifest(const http::Request& request, const Target& target,
                                  const std::string& reference);

  const std::string default_upstream_;
  upstream::Upstreams& upstreams_;
  Manifests& manifests_;
  Blobs& blobs_;
  Lists& lists_;
  RegistryObserver& observer_;
  const ListenerRules listeners_;
};

}  // namespace larder::registry
