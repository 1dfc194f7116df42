// What happened in a schedule: a hash over all of it, and the last events in words.
//
// Thread-safety: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace larder::sim {

class Trace {
 public:
  // `aloud`: every event is printed as it happens.
  explicit Trace(bool aloud) : aloud_(aloud) {}

  // The fiber that runs from now on; a turn is part of the hash but no event.
  void turn(std::uint64_t step, unsigned fiber, const char* name);
  // `what` must live as long as the program; `about` may be cut.
  void note(const char* what, std::string_view about = {}, std::uint64_t a = 0,
            std::uint64_t b = 0);

  std::uint64_t hash() const { return hash_; }
  std::uint64_t step() const { return step_; }
  // Oldest first.
  std::vector<std::string> last_events() const;

 private:
  struct Event {
    std::uint64_t step = 0;
    unsigned fiber = 0;
    const char* fiber_name = "";
    const char* what = "";
    std::array<char, 40> about{};
    std::uint64_t a = 0;
    std::uint64_t b = 0;
  };

  void mix(std::uint64_t value);
  static std::string text_of(const Event& event);

  static constexpr std::size_t kEventsKept = 50;

  const bool aloud_;
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
  std::uint64_t step_ = 0;
  unsigned fiber_ = 0;
  const char* fiber_name_ = "main";
  std::array<Event, kEventsKept> events_;
  std::size_t count_ = 0;
};

}  // namespace larder::sim
