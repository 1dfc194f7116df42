#include "daemon/access/repository_contents.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace larder::access {

namespace {

// How many go at once when there are too many.
constexpr std::size_t kForgottenAtOnce = RepositoryContents::kDigestsMax / 16;

// The next word of a line, which loses it.
std::string_view take_word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

}  // namespace

bool RepositoryContents::holds(const std::string& repository, const cache::Digest& digest) {
  MutexLock lock(mutex_);
  const auto digests = used_.find(repository);
  if (digests == used_.end()) return false;
  const auto found = digests->second.find(digest);
  if (found == digests->second.end()) return false;
  found->second = clock_.now();
  return true;
}

void RepositoryContents::note(const std::string& repository, const cache::Digest& digest) {
  MutexLock lock(mutex_);
  if (count_ >= kDigestsMax) make_room();
  const auto [place, is_new] = used_[repository].insert_or_assign(digest, clock_.now());
  if (!is_new) return;
  ++count_;
  has_changed_ = true;
}

// Those that were asked for longest ago go.
void RepositoryContents::make_room() {
  std::vector<MonoTime> times;
  times.reserve(count_);
  for (const auto& [repository, digests] : used_) {
    for (const auto& one : digests) times.push_back(one.second);
  }
  const auto last = times.begin() + kForgottenAtOnce;
  std::nth_element(times.begin(), last, times.end());
  std::size_t left = kForgottenAtOnce;
  for (auto& [repository, digests] : used_) {
    count_ -= std::erase_if(
        digests, [&](const auto& one) { return one.second <= *last && left > 0 && left-- > 0; });
  }
  std::erase_if(used_, [](const auto& one) { return one.second.empty(); });
}

std::string RepositoryContents::text() const {
  MutexLock lock(mutex_);
  std::string text;
  for (const auto& [repository, digests] : used_) {
    text += repository;
    for (const auto& one : digests) text += " " + one.first.str();
    text += "\n";
  }
  return text;
}

void RepositoryContents::load(std::string_view text) {
  MutexLock lock(mutex_);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    load_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void RepositoryContents::load_line(std::string_view line) {
  const std::string repository(take_word(line));
  if (repository.empty()) return;
  while (!line.empty() && count_ < kDigestsMax) {
    const auto digest = cache::Digest::parse(take_word(line));
    if (digest.ok() && used_[repository].emplace(*digest, clock_.now()).second) ++count_;
  }
}

bool RepositoryContents::take_changed() {
  MutexLock lock(mutex_);
  return std::exchange(has_changed_, false);
}

void RepositoryContents::give_back_changed() {
  MutexLock lock(mutex_);
  has_changed_ = true;
}

}  // namespace larder::access
