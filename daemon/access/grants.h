// Who was seen to have the right to a repository, and until when that is believed.
//
// A grant is fresh for its TTL, and holds for a grace after that while nobody can be asked; what
// was public holds for as long as that lasts. A refusal ends it. Subjects are ids, not names or
// secrets (tenants.h); anonymous is the empty one. Thread-safety: any thread. Blocks: no.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "cache/base/clock.h"
#include "cache/base/mutex.h"

namespace larder::access {

struct GrantRules {
  Duration ttl = std::chrono::minutes(15);
  Duration grace = std::chrono::hours(24);  // beyond the TTL, while upstream cannot be asked
};

enum class Standing {
  unknown,
  fresh,
  in_grace,  // past its TTL
  refused,   // a moment ago
};

class Grants {
 public:
  static constexpr std::size_t kGrantsMax = 16384;
  static constexpr std::size_t kRefusalsMax = 4096;

  // `clock` must outlive this.
  Grants(GrantRules rules, const Clock& clock) : rules_(rules), clock_(clock) {}

  // `repository` with its upstream: "ghcr.io/team/app"; a part of it has an "@" behind that, and
  // a name of its own.
  Standing standing(std::string_view subject, std::string_view repository) const;
  void grant(std::string_view subject, std::string_view repository);
  // A grant is over, with those of its parts; for `time` it need not be asked again.
  void refuse(std::string_view subject, std::string_view repository, Duration time);

  // For the next start: grants only, as lines. What cannot be read is skipped.
  std::string text() const;
  void load(std::string_view text);
  // Whether text() has changed since the last time this was asked.
  bool take_changed();
  // That text could not be kept.
  void give_back_changed();

 private:
  void make_room() REQUIRES(mutex_);
  void end_parts(const std::string& key) REQUIRES(mutex_);
  void forget_a_refusal() REQUIRES(mutex_);

  const GrantRules rules_;
  const Clock& clock_;
  mutable Mutex mutex_;
  // By subject and repository, with a space between them: neither has one.
  std::map<std::string, WallTime, std::less<>> granted_ GUARDED_BY(mutex_);
  std::map<std::string, MonoTime, std::less<>> refused_until_ GUARDED_BY(mutex_);
  bool has_changed_ GUARDED_BY(mutex_) = false;
};

}  // namespace larder::access
