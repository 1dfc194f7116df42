// A source of one blob's bytes that fails, stalls or lies as told.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "cache/base/mutex.h"
#include "cache/source.h"

namespace larder::testing {

class FakeSource final : public cache::Source {
 public:
  struct Behaviour {
    std::size_t piece_bytes = 64 << 10;
    bool ignores_ranges = false;
    bool tells_size = true;
    std::optional<std::uint64_t> told_size{};  // instead of the true one
    std::optional<std::uint64_t> fails_at{};   // the byte before which each fetch fails, once
    Error failure{Errc::upstream_down, "reset"};
    std::optional<Error> refuses{};           // before any byte, always
    std::optional<std::uint64_t> holds_at{};  // waits before this byte until release()
    std::optional<std::string> identity{};    // instead of the name
  };

  FakeSource(std::string bytes, Behaviour behaviour, std::string name = "fake")
      : bytes_(std::move(bytes)), behaviour_(std::move(behaviour)), name_(std::move(name)) {}

  Status fetch(const cache::Digest& digest, cache::ByteRange range, cache::SourceSink& sink,
               std::stop_token stop) override;
  std::string name() const override { return name_; }
  std::string identity() const override { return behaviour_.identity.value_or(name_); }

  void release();
  // Blocks until a fetch waits at the hold.
  void wait_until_held();

  std::uint64_t bytes_sent() const { return bytes_sent_; }
  int fetches() const { return fetches_; }

 private:
  Status send(cache::ByteRange range, cache::SourceSink& sink, std::stop_token stop);
  void hold(std::stop_token stop);

  const std::string bytes_;
  const Behaviour behaviour_;
  const std::string name_;
  std::atomic<std::uint64_t> bytes_sent_ = 0;
  std::atomic<int> fetches_ = 0;
  std::atomic<bool> failed_ = false;
  Mutex mutex_;
  CondVar changed_;
  bool held_ GUARDED_BY(mutex_) = false;
  bool released_ GUARDED_BY(mutex_) = false;
};

}  // namespace larder::testing
