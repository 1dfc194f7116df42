#include "daemon/control/check_report_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/control/timestamp.h"
#include "daemon/log/line.h"

namespace larder::control {

namespace {

using cache::CheckReport;
using cache::Finding;
using cache::FindingKind;
using Json = nlohmann::ordered_json;

std::optional<FindingKind> parse_kind(const std::string& text) {
  for (std::size_t i = 0; i < cache::kFindingKinds; ++i) {
    const auto kind = static_cast<FindingKind>(i);
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

Json json_of(const std::optional<WallTime>& time) {
  return time ? Json(log::timestamp(*time)) : Json(nullptr);
}

Json json_of(const Finding& finding) {
  return {{"kind", std::string(to_string(finding.kind))},
          {"name", finding.name},
          {"detail", finding.detail},
          {"repaired", finding.repaired},
          {"harmless", finding.harmless}};
}

Json counts_of(const CheckReport& report) {
  Json counts = Json::object();
  for (std::size_t i = 0; i < cache::kFindingKinds; ++i) {
    counts[std::string(to_string(static_cast<FindingKind>(i)))] = report.counts[i];
  }
  return counts;
}

Json findings_of(const CheckReport& report) {
  Json findings = Json::array();
  for (const Finding& finding : report.findings) findings.push_back(json_of(finding));
  return findings;
}

// Reads field by field; the first that is missing or of another kind is remembered.
class FieldReader {
 public:
  explicit FieldReader(const Json& object) : object_(object) {}

  std::uint64_t number(const char* name) {
    const Json* const value = find(name, &Json::is_number_unsigned);
    return value == nullptr ? 0 : value->get<std::uint64_t>();
  }
  bool flag(const char* name) {
    const Json* const value = find(name, &Json::is_boolean);
    return value != nullptr && value->get<bool>();
  }
  std::string text(const char* name) {
    const Json* const value = find(name, &Json::is_string);
    return value == nullptr ? "" : value->get<std::string>();
  }
  // Nothing for null.
  std::optional<WallTime> time(const char* name) {
    if (object_.contains(name) && object_[name].is_null()) return std::nullopt;
    const auto time = parse_timestamp(text(name));
    if (!time) fail(name);
    return time;
  }
  const Json* array(const char* name) { return find(name, &Json::is_array); }
  const Json* object(const char* name) { return find(name, &Json::is_object); }

  void fail(const std::string& name) {
    if (failed_.empty()) failed_ = name;
  }
  const std::string& failed() const { return failed_; }

 private:
  const Json* find(const char* name, bool (Json::*is_kind)() const noexcept) {
    const auto found = object_.find(name);
    if (found != object_.end() && ((*found).*is_kind)()) return &*found;
    fail(name);
    return nullptr;
  }

  const Json& object_;
  std::string failed_;
};

void read_counts(FieldReader& fields, CheckReport& report) {
  const Json* const counts = fields.object("counts");
  if (counts == nullptr) return;
  FieldReader by_kind(*counts);
  for (std::size_t i = 0; i < cache::kFindingKinds; ++i) {
    report.counts[i] = by_kind.number(std::string(to_string(static_cast<FindingKind>(i))).c_str());
  }
  if (!by_kind.failed().empty()) fields.fail("counts." + by_kind.failed());
}

void read_findings(FieldReader& fields, CheckReport& report) {
  const Json* const findings = fields.array("findings");
  if (findings == nullptr) return;
  for (const Json& finding : *findings) {
    if (!finding.is_object()) return fields.fail("findings");
    FieldReader one(finding);
    const auto kind = parse_kind(one.text("kind"));
    Finding read{kind.value_or(FindingKind::stray_file), one.text("name"), one.text("detail"),
                 one.flag("repaired"), one.flag("harmless")};
    if (!one.failed().empty()) return fields.fail("findings." + one.failed());
    if (kind) report.findings.push_back(std::move(read));
  }
}

}  // namespace

std::string to_json(const std::optional<CheckReport>& given) {
  const CheckReport report = given.value_or(CheckReport{});
  const Json json = {
      {"running", given && !report.finished_at},
      {"started_at", json_of(given ? std::optional(report.started_at) : std::nullopt)},
      {"finished_at", json_of(report.finished_at)},
      {"blobs_total", report.blobs_total},
      {"blobs_checked", report.blobs_checked},
      {"bytes_checked", report.bytes_checked},
      {"counts", counts_of(report)},
      {"unrepaired", report.unrepaired},
      {"findings", findings_of(report)},
      {"error", report.error}};
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

Result<std::optional<CheckReport>> parse_check_report(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Error{Errc::invalid, "a report is a JSON object"};
  FieldReader fields(json);
  CheckReport report;
  const auto started_at = fields.time("started_at");
  report.started_at = started_at.value_or(WallTime{});
  report.finished_at = fields.time("finished_at");
  report.blobs_total = fields.number("blobs_total");
  report.blobs_checked = fields.number("blobs_checked");
  report.bytes_checked = fields.number("bytes_checked");
  read_counts(fields, report);
  report.unrepaired = fields.number("unrepaired");
  read_findings(fields, report);
  report.error = fields.text("error");
  if (!fields.failed().empty()) {
    return Error{Errc::invalid, "a report without a proper " + fields.failed()};
  }
  return started_at ? std::optional(std::move(report)) : std::nullopt;
}

}  // namespace larder::control
