#include "cache/scrub_position.h"

#include <array>
#include <charconv>
#include <chrono>

namespace larder::cache {

namespace {

constexpr std::string_view kVersion = "1";
constexpr std::string_view kStart = "start";
constexpr std::string_view kFinished = "finished";
constexpr std::size_t kFields = 5;

std::optional<std::array<std::string_view, kFields>> split(std::string_view text) {
  std::array<std::string_view, kFields> fields;
  for (std::size_t i = 0; i + 1 < kFields; ++i) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    fields[i] = text.substr(0, space);
    text.remove_prefix(space + 1);
  }
  fields.back() = text;
  return fields;
}

// Without signs, and nothing may follow.
std::optional<std::uint64_t> number_of(std::string_view text, std::uint64_t max) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end || number > max) return std::nullopt;
  return number;
}

bool parse_place(std::string_view text, ScrubPosition& position) {
  position.is_finished = text == kFinished;
  if (position.is_finished || text == kStart) return true;
  const Result<Digest> digest = Digest::parse(text);
  if (digest) position.after = *digest;
  return digest.ok();
}

}  // namespace

std::string ScrubPosition::str() const {
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::nanoseconds>(started_at.time_since_epoch());
  const std::string place = is_finished ? std::string(kFinished)
                            : after     ? after->str()
                                        : std::string(kStart);
  return std::string(kVersion) + " " + std::to_string(since_epoch.count()) + " " +
         std::to_string(blobs_checked) + " " + std::to_string(bytes_checked) + " " + place;
}

Result<ScrubPosition> ScrubPosition::parse(std::string_view text) {
  const Error invalid{Errc::invalid, "scrub position: " + std::string(text)};
  const auto fields = split(text);
  if (!fields || (*fields)[0] != kVersion) return invalid;
  const auto started = number_of((*fields)[1], INT64_MAX);
  const auto blobs = number_of((*fields)[2], UINT64_MAX);
  const auto bytes = number_of((*fields)[3], UINT64_MAX);
  if (!started || !blobs || !bytes) return invalid;

  const std::chrono::nanoseconds since_epoch(static_cast<std::int64_t>(*started));
  ScrubPosition position{
      .started_at = WallTime(std::chrono::duration_cast<WallTime::duration>(since_epoch)),
      .blobs_checked = *blobs,
      .bytes_checked = *bytes,
      .is_finished = false,
      .after = std::nullopt};
  if (!parse_place((*fields)[4], position)) return invalid;
  return position;
}

}  // namespace larder::cache
