// What `larder serve` gives up of what its starter let it do: new privileges, capabilities, and
// system calls that it never needs. What cannot be given up is logged, and serving goes on.
//
// Thread-safety: one thread at a time; made before the process has another.
#pragma once

#include "daemon/config/config.h"
#include "daemon/log/log.h"

namespace larder::cli {

class LeastPrivilege {
 public:
  // Gives up all but what binds the config's addresses. `logger` outlives this.
  LeastPrivilege(const config::Config& config, log::Logger& logger);

  // The rest, once nothing is to be bound any more.
  void once_bound();

 private:
  void tell(const char* what, const Status& outcome);

  log::Logger& logger_;
  const bool binds_low_ports_;
};

// Whether binding the address (host:port, interface:NAME:port, unix:/path) takes a privilege.
bool is_low_port(std::string_view address);

}  // namespace larder::cli
