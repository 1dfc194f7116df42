// A health book over a store in memory, and what it told.
//
// Thread-safety: any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cache/base/mutex.h"
#include "daemon/upstream/health_book.h"

namespace larder::testing {

class MemoryHealthStore final : public upstream::HealthStore {
 public:
  Result<std::optional<std::string>> load(const std::string& name) override {
    MutexLock lock(mutex_);
    if (error_) return *error_;
    const auto found = texts_.find(name);
    return found == texts_.end() ? std::nullopt : std::optional(found->second);
  }
  Status save(const std::string& name, const std::string& text) override {
    MutexLock lock(mutex_);
    if (error_) return *error_;
    texts_[name] = text;
    ++saves_;
    return {};
  }

  void fail(std::optional<Error> error) {
    MutexLock lock(mutex_);
    error_ = std::move(error);
  }
  void damage(const std::string& text) {
    MutexLock lock(mutex_);
    for (auto& [name, kept] : texts_) kept = text;
  }
  std::size_t names() const {
    MutexLock lock(mutex_);
    return texts_.size();
  }
  // Requires: something was saved.
  std::string any_text() const {
    MutexLock lock(mutex_);
    return texts_.begin()->second;
  }
  int saves() const {
    MutexLock lock(mutex_);
    return saves_;
  }

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::string> texts_ GUARDED_BY(mutex_);
  std::optional<Error> error_ GUARDED_BY(mutex_);
  int saves_ GUARDED_BY(mutex_) = 0;
};

class RecordingHealthObserver final : public upstream::HealthObserver {
 public:
  void health_changed(upstream::HealthEvent event, const upstream::HealthReport& report) override {
    MutexLock lock(mutex_);
    events_.push_back(event);
    last_ = report;
  }
  void health_forgotten(const std::string& url, const Error& why) override {
    MutexLock lock(mutex_);
    forgotten_.push_back(url + " " + describe(why));
  }

  std::vector<upstream::HealthEvent> events() const {
    MutexLock lock(mutex_);
    return events_;
  }
  upstream::HealthReport last() const {
    MutexLock lock(mutex_);
    return last_;
  }
  std::vector<std::string> forgotten() const {
    MutexLock lock(mutex_);
    return forgotten_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<upstream::HealthEvent> events_ GUARDED_BY(mutex_);
  upstream::HealthReport last_ GUARDED_BY(mutex_);
  std::vector<std::string> forgotten_ GUARDED_BY(mutex_);
};

// Without chance: each backoff lasts as long as it says.
class FakeHealthBook {
 public:
  explicit FakeHealthBook(Clock& clock) : book(store, clock, observer, [] { return 0.0; }) {}

  MemoryHealthStore store;
  RecordingHealthObserver observer;
  upstream::HealthBook book;
};

}  // namespace larder::testing
