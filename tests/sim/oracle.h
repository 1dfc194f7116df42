// What must hold, whatever happens; remembers the first rule that was broken, and how it came.
//
// Knows the right bytes of every blob and what the store has promised to keep. Thread-safety:
// fibers of one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/catalog.h"
#include "tests/sim/trace.h"

namespace larder::sim {

struct Violation {
  std::string rule;
  std::uint64_t step = 0;
  std::vector<std::string> events;  // the last before it
};

class Oracle {
 public:
  Oracle(const Catalog& catalog, Trace& trace) : catalog_(catalog), trace_(trace) {}

  void violated(const std::string& rule);
  const std::optional<Violation>& violation() const { return violation_; }

  // The blob is to be there after whatever comes.
  void promise(const cache::Digest& digest);
  // It was evicted.
  void withdraw(const cache::Digest& digest) { promised_.erase(digest); }
  bool has_promised(const cache::Digest& digest) const { return promised_.contains(digest); }

  // Every blob file has the right bytes, and what was promised is among them. `contents`: of the
  // disk, by path; blobs lie under `root`/blobs.
  void check_files(const std::map<std::string, std::string>& contents, const std::string& root);

 private:
  void check_blob_file(const std::string& path, const std::string& bytes);

  const Catalog& catalog_;
  Trace& trace_;
  std::optional<Violation> violation_;
  std::set<cache::Digest> promised_;
};

}  // namespace larder::sim
