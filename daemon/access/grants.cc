#include "daemon/access/grants.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <vector>

namespace larder::access {

namespace {

using std::chrono::seconds;

// How many go at once when there are too many.
constexpr std::size_t kDroppedAtOnce = Grants::kGrantsMax / 16;

std::string key_of(std::string_view subject, std::string_view repository) {
  return std::string(subject) + " " + std::string(repository);
}

std::string line_of(const std::string& key, WallTime granted) {
  const auto since = std::chrono::duration_cast<seconds>(granted.time_since_epoch());
  return std::to_string(since.count()) + " " + key + "\n";
}

std::optional<std::pair<std::string, WallTime>> parse_line(std::string_view line) {
  std::int64_t granted = 0;
  const auto [end, failure] = std::from_chars(line.data(), line.data() + line.size(), granted);
  const auto digits = static_cast<std::size_t>(end - line.data());
  if (failure != std::errc() || granted < 0 || digits >= line.size() || line[digits] != ' ') {
    return std::nullopt;
  }
  const std::string_view key = line.substr(digits + 1);
  if (std::count(key.begin(), key.end(), ' ') != 1 || key.ends_with(' ')) return std::nullopt;
  return std::pair(std::string(key), WallTime(seconds(granted)));
}

}  // namespace

Standing Grants::standing(std::string_view subject, std::string_view repository) const {
  const std::string key = key_of(subject, repository);
  const WallTime now = clock_.wall();
  MutexLock lock(mutex_);
  const auto refused = refused_until_.find(key);
  if (refused != refused_until_.end() && clock_.now() < refused->second) return Standing::refused;
  const auto granted = granted_.find(key);
  // Granted after now: the clock was set back, and nobody knows how long ago it was.
  if (granted == granted_.end() || granted->second > now) return Standing::unknown;
  const Duration age = now - granted->second;
  if (age < rules_.ttl) return Standing::fresh;
  const bool holds = subject.empty() || age < rules_.ttl + rules_.grace;
  return holds ? Standing::in_grace : Standing::unknown;
}

void Grants::grant(std::string_view subject, std::string_view repository) {
  const std::string key = key_of(subject, repository);
  MutexLock lock(mutex_);
  refused_until_.erase(key);
  if (granted_.size() >= kGrantsMax && granted_.count(key) == 0) make_room();
  granted_[key] = clock_.wall();
  has_changed_ = true;
}

void Grants::refuse(std::string_view subject, std::string_view repository, Duration time) {
  const std::string key = key_of(subject, repository);
  MutexLock lock(mutex_);
  has_changed_ = granted_.erase(key) > 0 || has_changed_;
  end_parts(key);
  if (refused_until_.size() >= kRefusalsMax) forget_a_refusal();
  refused_until_[key] = clock_.now() + time;
}

// Who is refused the repository has no right to a part of it either: no other key begins so.
void Grants::end_parts(const std::string& key) {
  const std::string start = key + "@";
  for (auto part = granted_.lower_bound(start);
       part != granted_.end() && part->first.starts_with(start);) {
    part = granted_.erase(part);
    has_changed_ = true;
  }
}

// The one that ends next.
void Grants::forget_a_refusal() {
  refused_until_.erase(
      std::min_element(refused_until_.begin(), refused_until_.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; }));
}

// The oldest go.
void Grants::make_room() {
  std::vector<WallTime> times;
  times.reserve(granted_.size());
  for (const auto& one : granted_) times.push_back(one.second);
  const auto last = times.begin() + kDroppedAtOnce;
  std::nth_element(times.begin(), last, times.end());
  std::size_t left_to_drop = kDroppedAtOnce;
  std::erase_if(granted_, [&](const auto& one) {
    return one.second <= *last && left_to_drop > 0 && left_to_drop-- > 0;
  });
}

std::string Grants::text() const {
  MutexLock lock(mutex_);
  std::string text;
  for (const auto& [key, granted] : granted_) text += line_of(key, granted);
  return text;
}

void Grants::load(std::string_view text) {
  MutexLock lock(mutex_);
  while (!text.empty() && granted_.size() < kGrantsMax) {
    const auto end = std::min(text.find('\n'), text.size());
    if (auto row = parse_line(text.substr(0, end))) granted_.insert(*std::move(row));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

bool Grants::take_changed() {
  MutexLock lock(mutex_);
  return std::exchange(has_changed_, false);
}

void Grants::give_back_changed() {
  MutexLock lock(mutex_);
  has_changed_ = true;
}

}  // namespace larder::access
