// A source of a simulated blob, which answers as its manner has it.
//
// Thread-safety: fibers of one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cache/source.h"
#include "tests/sim/fibers.h"
#include "tests/sim/setting.h"

namespace larder::sim {

class SimSource final : public cache::Source {
 public:
  // `sent` is told of every piece before a sink gets it. All that is referred to must outlive the
  // source.
  SimSource(Fibers& fibers, const Blob& blob, const Manner& manner, std::string name,
            std::function<void(std::uint64_t bytes)> sent);

  Status fetch(const cache::Digest& digest, cache::ByteRange range, cache::SourceSink& sink,
               std::stop_token stop) override;
  std::string name() const override { return name_; }

 private:
  // How one fetch goes.
  enum class Fate { good, breaks, ends_early, stalls };
  struct Plan {
    cache::ByteRange range;
    Fate fate;
    std::uint64_t fate_at;
  };

  Plan plan(cache::ByteRange asked);
  Status send(const Plan& plan, cache::SourceSink& sink, const std::stop_token& stop);
  Status meet_fate(Fate fate, const std::stop_token& stop);
  std::optional<std::uint64_t> told_size() const;
  std::string piece(cache::ByteRange range) const;
  void be_late();

  Fibers& fibers_;
  const Blob& blob_;
  const Manner manner_;
  const std::string name_;
  const std::function<void(std::uint64_t)> sent_;
  unsigned fetches_ = 0;
};

}  // namespace larder::sim
