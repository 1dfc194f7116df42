// The log: events with keys, one line each, as JSON or text (spdlog).
//
// Thread-safety: any thread. Blocks: on a write to stderr. Never give it a credential, a token or a
// URL's query.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cache/base/result.h"

namespace larder::log {

enum class Level { debug, info, warn, error };
enum class Format { json, text };

Result<Level> parse_level(std::string_view text);
Result<Format> parse_format(std::string_view text);

struct Field {
  std::string_view key;
  std::variant<std::string, std::int64_t, double, bool, std::vector<std::string>> value;
};

class Logger {
 public:
  Logger(Level level, Format format);
  ~Logger();

  void set_level(Level level);
  bool enabled(Level level) const;

  // `event` is a short name in snake case: "request", "blob_published".
  void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});
  void write(Level level, std::string_view event, std::span<const Field> fields);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace larder::log
