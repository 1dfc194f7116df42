#include "cache/check_report.h"

#include <numeric>
#include <utility>

namespace larder::cache {

std::string_view to_string(FindingKind kind) {
  switch (kind) {
    case FindingKind::orphan_file:
      return "orphan_file";
    case FindingKind::missing_file:
      return "missing_file";
    case FindingKind::wrong_size:
      return "wrong_size";
    case FindingKind::wrong_digest:
      return "wrong_digest";
    case FindingKind::dangling_record:
      return "dangling_record";
    case FindingKind::stray_file:
      return "stray_file";
  }
  return "unknown";
}

std::string_view describe(FindingKind kind) {
  switch (kind) {
    case FindingKind::orphan_file:
      return "file without a record";
    case FindingKind::missing_file:
      return "record without a file";
    case FindingKind::wrong_size:
      return "wrong size";
    case FindingKind::wrong_digest:
      return "wrong digest";
    case FindingKind::dangling_record:
      return "dangling record";
    case FindingKind::stray_file:
      return "stray file";
  }
  return "unknown";
}

void CheckReport::add(Finding finding) {
  ++counts.at(static_cast<std::size_t>(finding.kind));
  if (!finding.repaired && !finding.harmless) ++unrepaired;
  if (findings.size() < kFindingsMax) findings.push_back(std::move(finding));
}

std::uint64_t CheckReport::findings_total() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

}  // namespace larder::cache
