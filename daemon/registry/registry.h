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

class Registry final : public http::Handler {
 public:
  // Everything passed by reference must outlive the registry.
  Registry(std::string default_upstream, upstream::Upstreams& upstreams, Manifests& manifests,
           Blobs& blobs, Lists& lists, RegistryObserver& observer,
           ListenerHosts listener_hosts = {}, AccessGates gates = {});

  http::Response handle(const http::Request& request) override;
  void finished(const http::Request& request, const http::Exchange& exchange) override;

 private:
  AccessGate* gate_of(const http::Request& request) const;
  http::Response ping(const http::Request& request);
  http::Response answer(const http::Request& request, const RegistryPath& path);
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
  const ListenerHosts listener_hosts_;
  const AccessGates gates_;
};

}  // namespace larder::registry
