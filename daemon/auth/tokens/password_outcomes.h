// What is remembered of passwords that were tried, so that bcrypt runs once for what is asked a
// hundred times a second, and seldom for who guesses.
//
// Passwords are known by a keyed hash; the key is of this process alone.
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "cache/base/clock.h"
#include "daemon/auth/digests.h"

namespace larder::tokens {

struct OutcomeRules {
  std::chrono::seconds right_for{60};  // a right password is not tried again for so long
  std::chrono::seconds wrong_for{10};  // nor is a wrong one
  // So many different wrong ones within the window, and none is tried until it has passed: of one
  // user from one address, and of all users from one address.
  int wrong_max = 10;
  int address_wrong_max = 60;
  std::chrono::seconds wrong_window{60};
};

// Who tries a password: keyed hashes.
struct Guesser {
  auth::Sum user_at_address;
  auth::Sum address;
};

class PasswordOutcomes {
 public:
  static constexpr std::size_t kPasswordsMax = 4096;
  static constexpr std::size_t kGuessersMax = 4096;

  explicit PasswordOutcomes(OutcomeRules rules) : rules_(rules) {}

  // Whether the password was right, as far as it is remembered at `now`.
  std::optional<bool> find(const auth::Sum& password, MonoTime now) const;
  void remember(const auth::Sum& password, bool right, MonoTime now);

  // Whether `who` may try one more.
  bool may_try(const Guesser& who, MonoTime now) const;
  void note_wrong(const Guesser& who, MonoTime now);

 private:
  struct Outcome {
    bool right;
    MonoTime until;
    std::list<auth::Sum>::iterator place;
  };
  struct Guesses {
    int wrong;
    MonoTime window_end;
    std::list<auth::Sum>::iterator place;
  };

  int wrong_of(const auth::Sum& who, MonoTime now) const;
  void count_wrong(const auth::Sum& who, MonoTime now);

  const OutcomeRules rules_;
  std::unordered_map<auth::Sum, Outcome, auth::SumHash> outcomes_;
  std::list<auth::Sum> outcome_order_;  // the oldest first
  std::unordered_map<auth::Sum, Guesses, auth::SumHash> guessers_;
  std::list<auth::Sum> guesser_order_;  // likewise
};

}  // namespace larder::tokens
