// What access tells, counted and logged: of tokens and decisions who, what, from where and why,
// never what was shown for it.
//
// Thread-safety: any thread. Blocks: on the log's write to stderr.
#pragma once

#include <map>
#include <string>

#include "cache/base/mutex.h"
#include "daemon/access/access_observer.h"
#include "daemon/control/metrics.h"
#include "daemon/log/log.h"

namespace larder::control {

class AccessTelemetry final : public access::AccessObserver {
 public:
  // Both must outlive this.
  AccessTelemetry(Metrics& metrics, log::Logger& logger) : metrics_(metrics), logger_(logger) {}

  void policy_decided(const access::PolicyDecision& decision) override;
  void token_rejected(const access::TokenRejection& rejection) override;
  void token_asked(const tokens::TokenEvent& event) override;
  void policy_reloaded(const std::filesystem::path& file, const policy::Policy& policy) override;
  void policy_kept(const std::filesystem::path& file, const Error& error) override;
  void access_trouble(const std::string& what, const Error& why) override;

 private:
  Metrics& metrics_;
  log::Logger& logger_;
  Mutex mutex_;
  std::map<std::string, std::string> told_ GUARDED_BY(mutex_);  // troubles, by what is in trouble
};

}  // namespace larder::control
