// What a check of the cache found (scrubber.h while it runs, fsck.h while it is stopped).
//
// Thread-safety: values. Blocks: no.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/clock.h"

namespace larder::cache {

enum class FindingKind : std::uint8_t {
  orphan_file,      // a blob's file without a record
  missing_file,     // a record without a file
  wrong_size,       // the file's size is not the record's
  wrong_digest,     // the file's bytes are not the blob
  dangling_record,  // a tag whose blob is not there, totals that do not add up, a damaged index
  stray_file,       // a name that is no digest, or in the wrong folder; left over by a kill
};
inline constexpr std::size_t kFindingKinds = 6;

// "orphan_file", as in JSON.
std::string_view to_string(FindingKind kind);
// In plain words, for people: "file without a record".
std::string_view describe(FindingKind kind);

struct Finding {
  FindingKind kind = FindingKind::stray_file;
  std::string name;    // the digest, tag or path it is about
  std::string detail;  // "file has 10 bytes, record says 20"
  bool repaired = false;
  bool harmless = false;  // to be known, not to be repaired: does not count as unrepaired
};

struct CheckReport {
  WallTime started_at;
  std::optional<WallTime> finished_at;  // empty while it runs
  std::uint64_t blobs_total = 0;        // about, for progress
  std::uint64_t blobs_checked = 0;
  std::uint64_t bytes_checked = 0;
  std::array<std::uint64_t, kFindingKinds> counts{};  // by kind, all of them
  std::uint64_t unrepaired = 0;                       // the harmless ones left out
  std::vector<Finding> findings;                      // the first kFindingsMax
  std::string error;                                  // why it ended early; empty when it did not

  static constexpr std::size_t kFindingsMax = 1000;

  void add(Finding finding);
  std::uint64_t findings_total() const;
};

}  // namespace larder::cache
