#include "daemon/http/resolver.h"

#include <netdb.h>
#include <pthread.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace larder::http {

namespace {

using Addresses = std::vector<SocketAddress>;

Result<Addresses> ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); code != 0) {
    return Error{Errc::upstream_down, std::string("resolve: ") + ::gai_strerror(code)};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (one->ai_family != AF_INET && one->ai_family != AF_INET6) continue;
    auto& address = addresses.emplace_back();
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size_bytes = one->ai_addrlen;
  }
  if (addresses.empty()) return Error{Errc::upstream_down, "resolve: no address"};
  return addresses;
}

}  // namespace

struct SystemResolver::Lookup {
  Mutex mutex;
  CondVar changed;
  std::optional<Result<Addresses>> outcome GUARDED_BY(mutex);

  void finish(Result<Addresses> result) {
    MutexLock lock(mutex);
    outcome = std::move(result);
    changed.notify_all();
  }

  Result<Addresses> wait(const Deadline& deadline, const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] {
      MutexLock lock(mutex);
      changed.notify_all();
    });
    MutexLock lock(mutex);
    while (true) {
      if (stop.stop_requested()) return Error{Errc::cancelled, "stopped"};
      if (deadline.passed()) return deadline.error();
      if (outcome) return *outcome;
      changed.wait_until(mutex, deadline.at);
    }
  }
};

SystemResolver::SystemResolver() : SystemResolver(ask_system) {}

SystemResolver::SystemResolver(LookUp look_up) : look_up_(std::move(look_up)) {}

Result<Addresses> SystemResolver::resolve(const std::string& host, std::uint16_t port,
                                          const Deadline& deadline, std::stop_token stop) {
  if (auto literal = SocketAddress::parse(host, port)) return Addresses{*literal};
  auto lookup = join_or_start(host);
  if (!lookup) return lookup.error();
  auto addresses = (*lookup)->wait(deadline, stop);
  if (!addresses) return addresses.error();
  for (auto& address : *addresses) address.set_port(port);
  return addresses;
}

Result<std::shared_ptr<SystemResolver::Lookup>> SystemResolver::join_or_start(
    const std::string& host) {
  MutexLock lock(mutex_);
  std::erase_if(running_, [](const auto& entry) { return entry.second.expired(); });
  if (const auto running = running_.find(host); running != running_.end()) {
    if (auto lookup = running->second.lock()) return lookup;
  }
  if (running_.size() >= kLookupsMax) {
    return Error{Errc::busy, "resolve: too many look-ups wait for an answer"};
  }
  auto lookup = std::make_shared<Lookup>();
  try {
    // Nothing of the resolver's own: it may be gone when the answer comes.
    std::thread([lookup, host, look_up = look_up_] {
      ::pthread_setname_np(::pthread_self(), "resolve");
      lookup->finish(look_up(host));
    }).detach();
  } catch (const std::system_error& error) {
    return Error{Errc::io, std::string("resolve: ") + error.what()};
  }
  running_[host] = lookup;
  return lookup;
}

}  // namespace larder::http
