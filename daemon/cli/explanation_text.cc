#include "daemon/cli/explanation_text.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "cache/base/bytes_text.h"
#include "daemon/cli/output.h"
#include "daemon/config/values.h"

namespace larder::cli {

namespace {

using Json = nlohmann::ordered_json;

const Json kNothing;

const Json& at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return object.is_object() && found != object.end() ? *found : kNothing;
}

// The text of a field, printable; empty when it is null or absent.
std::string text(const Json& object, const char* key) {
  const Json& value = at(object, key);
  if (value.is_null()) return "";
  return value.is_string() ? printable(value.get<std::string>()) : value.dump();
}

std::int64_t signed_number(const Json& object, const char* key) {
  const Json& value = at(object, key);
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

std::uint64_t number(const Json& object, const char* key) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(signed_number(object, key), 0));
}

bool is_set(const Json& object, const char* key) {
  const Json& value = at(object, key);
  return value.is_boolean() && value.get<bool>();
}

// `before` + value + `after`; empty when there is no value.
std::string with(const std::string& before, const std::string& value,
                 const std::string& after = "") {
  return value.empty() ? "" : before + value + after;
}

std::string padded(std::string word, std::size_t width) {
  word.resize(std::max(word.size() + 1, width), ' ');
  return word;
}

std::string line(const std::string& head, const std::string& rest) {
  constexpr std::size_t kHeadWidth = 10;
  return padded(head, kHeadWidth) + rest + "\n";
}

std::string duration_text(std::int64_t seconds) {
  return config::format_duration(std::chrono::seconds(seconds));
}

std::string endpoint_text(const Json& endpoint) {
  std::string words = padded(text(endpoint, "url"), 32) + text(endpoint, "breaker") +
                      with(" until ", text(endpoint, "until")) +
                      with(": ", text(endpoint, "reason"));
  const Json& pause = at(endpoint, "tokens_paused");
  words += with(", no tokens until ", text(pause, "until"), with(": ", text(pause, "reason")));
  const Json& quota = at(endpoint, "quota");
  words += with(", ", text(quota, "remaining"),
                with(" of ", text(quota, "limit")) + " requests left" +
                    with(" until ", text(quota, "resets_at")));
  if (const Json& latency = at(endpoint, "latency_ms"); latency.is_number()) {
    char shown[32] = "";
    (void)std::snprintf(shown, sizeof shown, ", %.1f ms", latency.get<double>());
    words += shown;
  }
  return words;
}

std::string credential_text(const Json& credential) {
  const Json& failing = at(credential, "failing");
  return "  " + text(credential, "kind") + " of " + text(credential, "of") +
         (is_set(credential, "held") ? " until " : " lost by a restart, was good until ") +
         text(credential, "until") +
         with(", not renewed: ", text(failing, "reason"),
              with("; again at ", text(failing, "again_at")));
}

std::string upstream_text(const Json& upstream) {
  if (text(upstream, "rule").empty()) {
    return line("upstream", "none: no `match` in the config covers " + text(upstream, "host"));
  }
  std::string lines =
      line("upstream", text(upstream, "name") + " (match: " + text(upstream, "rule") +
                           "), repository " + text(upstream, "repository"));
  for (const Json& endpoint : at(upstream, "endpoints")) {
    lines += line("", endpoint_text(endpoint));
    for (const Json& one : at(endpoint, "credentials")) lines += line("", credential_text(one));
  }
  return lines;
}

std::string ttl_text(const Json& tag) {
  if (text(tag, "rule").empty()) return "asked for at every pull: no freshness rule matches";
  const std::int64_t seconds = signed_number(tag, "ttl_left_seconds");
  const std::int64_t ttl = signed_number(tag, "ttl_seconds");
  const std::string age =
      seconds >= 0 ? duration_text(seconds) + " left" : "past it by " + duration_text(-seconds);
  const std::string until = text(tag, "servable_until");
  return text(tag, "freshness") + ": ttl " + duration_text(ttl) + " (match: " + text(tag, "rule") +
         "), " + age + ", served without an answer " +
         (until.empty() ? "for ever" : "until " + until);
}

std::string tag_text(const Json& tag) {
  if (tag.is_null()) return "";
  return line("tag", text(tag, "digest")) +
         line("", "means it since " + text(tag, "since") + ", last checked " +
                      text(tag, "checked_at") + with(", gone since ", text(tag, "gone_at"))) +
         line("", ttl_text(tag));
}

std::string part_text(const std::string& role, const std::string& percent, const Json& part) {
  std::string size = bytes_text(number(part, "size_bytes"));
  size.insert(0, 10 - std::min<std::size_t>(size.size(), 10), ' ');
  std::string share = percent;
  share.insert(0, 4 - std::min<std::size_t>(share.size(), 4), ' ');
  return line("", padded(role, 9) + share + size + "  " + text(part, "digest") +
                      (is_set(part, "fetching") ? "  arriving now" : ""));
}

std::string others_text(const Json& others) {
  std::vector<std::string> platforms;
  for (const Json& other : others) {
    const std::string platform = text(other, "platform");
    platforms.push_back(platform.empty() ? "unnamed" : platform);
  }
  std::sort(platforms.begin(), platforms.end());
  platforms.erase(std::unique(platforms.begin(), platforms.end()), platforms.end());
  std::string names;
  for (const std::string& platform : platforms) names += with(names.empty() ? "" : ", ", platform);
  return names.empty() ? "" : line("", "not needed here: " + names);
}

std::string documents_text(const Json& documents) {
  std::string lines;
  for (const Json& document : documents) {
    const std::string kind = is_set(document, "cached") ? text(document, "kind") : "manifest";
    lines += part_text(kind, is_set(document, "cached") ? "100%" : "0%", document);
    for (const Json& part : at(document, "parts")) {
      lines += part_text(text(part, "role"), text(part, "percent") + "%", part);
    }
    lines += others_text(at(document, "other_platforms"));
  }
  return lines;
}

std::string image_text(const Json& explanation) {
  const Json& image = at(explanation, "image");
  if (!is_set(image, "known")) {
    return line("image", "for " + text(explanation, "platform") + ": its parts are not known");
  }
  return line("image", "for " + text(explanation, "platform") + ": " + text(image, "percent") +
                           "% on disk, " + text(image, "whole") + " of " + text(image, "parts") +
                           " parts, " + bytes_text(number(image, "present_bytes")) + " of " +
                           bytes_text(number(image, "bytes")));
}

}  // namespace

std::string explanation_text(const Json& explanation) {
  const Json& pull = at(explanation, "pull");
  const std::string offline = is_set(explanation, "offline") ? " (Larder is offline)" : "";
  std::string lines = text(explanation, "name") + offline + "\n" +
                      upstream_text(at(explanation, "upstream")) + tag_text(at(explanation, "tag"));
  const Json& documents = at(explanation, "documents");
  if (!documents.empty()) lines += image_text(explanation) + documents_text(documents);
  lines += line("a pull", text(pull, "document"));
  const std::string parts = text(pull, "parts");
  return parts.empty() ? lines : lines + line("", parts);
}

std::string refresh_text(const Json& report) {
  const std::string outcome = text(report, "outcome");
  const std::string before = text(report, "before");
  const std::string now = text(report, "now");
  std::string words = outcome;
  if (outcome == "moved") words += " from " + before + " to " + now;
  if (outcome == "unchanged" || outcome == "new") words += with(", ", now);
  if (outcome == "gone") words += " upstream; the cache keeps " + before;
  return text(report, "name") + ": " + words + " (" + text(report, "took_ms") + " ms)";
}

}  // namespace larder::cli
