#include "tests/sim/trace.h"

#include <algorithm>
#include <cstdio>

namespace larder::sim {

void Trace::turn(std::uint64_t step, unsigned fiber, const char* name) {
  step_ = step;
  fiber_ = fiber;
  fiber_name_ = name;
  mix(step);
  mix(fiber);
}

// Of a long text the end is kept: that is where paths differ.
void Trace::note(const char* what, std::string_view about, std::uint64_t a, std::uint64_t b) {
  Event& event = events_[count_++ % kEventsKept];
  event = {step_, fiber_, fiber_name_, what, {}, a, b};
  about = about.substr(about.size() - std::min(about.size(), event.about.size() - 1));
  std::copy(about.begin(), about.end(), event.about.begin());
  for (const char* at = what; *at != '\0'; ++at) mix(static_cast<unsigned char>(*at));
  for (const char letter : about) mix(static_cast<unsigned char>(letter));
  mix(a);
  mix(b);
  if (aloud_) std::printf("%s\n", text_of(event).c_str());
}

std::vector<std::string> Trace::last_events() const {
  std::vector<std::string> lines;
  const std::size_t kept = std::min(count_, kEventsKept);
  for (std::size_t i = count_ - kept; i < count_; ++i) {
    lines.push_back(text_of(events_[i % kEventsKept]));
  }
  return lines;
}

void Trace::mix(std::uint64_t value) {
  hash_ = (hash_ ^ value) * 0x100000001b3ULL;
  hash_ ^= hash_ >> 29;
}

std::string Trace::text_of(const Event& event) {
  std::array<char, 160> line{};
  std::snprintf(line.data(), line.size(), "%6llu %-10.10s %-3u %-18s %s %llu %llu",
                static_cast<unsigned long long>(event.step), event.fiber_name, event.fiber,
                event.what, event.about.data(), static_cast<unsigned long long>(event.a),
                static_cast<unsigned long long>(event.b));
  return line.data();
}

}  // namespace larder::sim
