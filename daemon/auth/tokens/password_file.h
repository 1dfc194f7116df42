// Users of an htpasswd file. The file is read again when it has changed, looked at once a second at
// most; one that cannot be read or used any more leaves the users as they were.
//
// bcrypt must not eat the node: at most `checks_max` run at once, the same password is tried once
// however many ask, and outcomes are remembered for a short time (PasswordOutcomes). Who has to
// wait longer than `wait_max` for a turn is told busy.
// Thread-safety: any thread. Blocks: check() for its turn and for bcrypt itself; both on disk.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"
#include "cache/base/result.h"
#include "daemon/auth/tokens/htpasswd.h"
#include "daemon/auth/tokens/password_checker.h"
#include "daemon/auth/tokens/password_outcomes.h"
#include "daemon/auth/watched_file.h"

namespace larder::tokens {

struct PasswordFileOptions {
  std::filesystem::path file;
  int checks_max = 1;
  int waiting_max = 64;
  std::chrono::milliseconds wait_max{4000};
  OutcomeRules outcomes{};
};

class PasswordFile final : public PasswordChecker {
 public:
  // `clock` must outlive it. Returns: not_found, denied, io; invalid, naming the line.
  static Result<std::unique_ptr<PasswordFile>> open(PasswordFileOptions options, Clock& clock);

  Result<Subject> check(const PasswordQuestion& question) override;
  std::optional<std::string> stamp(const std::string& username) override;

  // Reads the file if it has changed. Returns: as open(), for a log line; the users stay.
  Status maintain();

  std::size_t checks() const { return checks_; }  // of bcrypt, since it was opened

 private:
  PasswordFile(PasswordFileOptions options, Clock& clock);
  Status reload();
  std::shared_ptr<const Htpasswd> users() EXCLUDES(mutex_);
  Result<bool> known_or_turn(const auth::Sum& password, const Guesser& who, bool& known)
      EXCLUDES(mutex_);
  bool wait_for_turn(MonoTime give_up) REQUIRES(mutex_);
  void settle(const auth::Sum& password, const Guesser& who, bool right) EXCLUDES(mutex_);

  const PasswordFileOptions options_;
  Clock& clock_;
  const std::string key_;       // of the keyed hashes
  std::atomic_flag reloading_;  // whoever holds it may use file_
  auth::WatchedFile file_;
  std::atomic<std::size_t> checks_ = 0;

  Mutex mutex_;
  CondVar turn_ended_;
  std::shared_ptr<const Htpasswd> users_ GUARDED_BY(mutex_);  // shared with checks under way
  MonoTime looked_ GUARDED_BY(mutex_){};
  PasswordOutcomes outcomes_ GUARDED_BY(mutex_);
  std::set<auth::Sum> trying_ GUARDED_BY(mutex_);  // passwords whose check runs
  int waiting_ GUARDED_BY(mutex_) = 0;
};

}  // namespace larder::tokens
