#include "daemon/cli/report_text.h"

#include <algorithm>

#include "cache/base/bytes_text.h"
#include "daemon/cli/output.h"
#include "daemon/config/values.h"

namespace larder::cli {

namespace {

using cache::CheckReport;
using cache::Finding;

std::string finding_line(const Finding& finding) {
  std::string line(describe(finding.kind));
  line += ": " + printable(finding.name);
  if (!finding.detail.empty()) line += " (" + printable(finding.detail) + ")";
  return line + (finding.repaired ? ": repaired\n" : ": left as it is\n");
}

std::string count_text(std::uint64_t count, const std::string& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string duration_text(const CheckReport& report) {
  if (!report.finished_at) return "";
  const auto took =
      std::chrono::round<std::chrono::seconds>(*report.finished_at - report.started_at);
  return " in " + config::format_duration(std::max(took, std::chrono::seconds(0)));
}

std::string verdict(const CheckReport& report) {
  const std::uint64_t total = report.findings_total();
  if (total == 0) return "nothing wrong";
  const std::string problems = count_text(total, "problem");
  if (report.unrepaired == 0) return problems + ", all repaired";
  if (report.unrepaired == total) return problems + ", none repaired";
  return problems + ", " + std::to_string(report.unrepaired) + " not repaired";
}

}  // namespace

std::string progress_text(const CheckReport& report) {
  // The total is an estimate; blobs come while they are counted.
  const std::uint64_t total = std::max(report.blobs_total, report.blobs_checked);
  return std::to_string(report.blobs_checked) + " of " + count_text(total, "blob") + ", " +
         bytes_text(report.bytes_checked);
}

std::string report_text(const CheckReport& report) {
  std::string text;
  for (const Finding& finding : report.findings) text += finding_line(finding);
  const std::uint64_t total = report.findings_total();
  const std::uint64_t more = total - std::min<std::uint64_t>(total, report.findings.size());
  if (more > 0) text += "and " + std::to_string(more) + " more\n";
  if (!report.error.empty()) text += "ended early: " + printable(report.error) + "\n";
  return text + count_text(report.blobs_checked, "blob") + " checked, " +
         bytes_text(report.bytes_checked) + duration_text(report) + ": " + verdict(report) + "\n";
}

bool is_clean(const CheckReport& report) {
  return report.unrepaired == 0 && report.error.empty();
}

}  // namespace larder::cli
