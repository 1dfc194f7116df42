#include "daemon/log/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "daemon/log/line.h"

namespace larder::log {

namespace {

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// The sink's lock keeps lines whole; stderr is not buffered, so each is one write(2).
spdlog::logger stderr_logger(Level level) {
  spdlog::logger logger("larder", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger.set_pattern("%v");
  logger.set_level(spdlog_level(level));
  // A log that cannot be written (a closed stderr, a full disk) must not stop the daemon.
  logger.set_error_handler([](const std::string&) {});
  return logger;
}

}  // namespace

struct Logger::State {
  spdlog::logger logger;
  const Format format;
};

Result<Level> parse_level(std::string_view text) {
  for (const Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
    if (text == to_string(level)) return level;
  }
  return Error{Errc::invalid, "no log level: " + std::string(text)};
}

Result<Format> parse_format(std::string_view text) {
  if (text == "json") return Format::json;
  if (text == "text") return Format::text;
  return Error{Errc::invalid, "no log format: " + std::string(text)};
}

Logger::Logger(Level level, Format format)
    : state_(std::make_unique<State>(State{stderr_logger(level), format})) {}

Logger::~Logger() = default;

void Logger::set_level(Level level) {
  state_->logger.set_level(spdlog_level(level));
}

bool Logger::enabled(Level level) const {
  return state_->logger.should_log(spdlog_level(level));
}

void Logger::write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  write(level, event, std::span<const Field>(fields.begin(), fields.size()));
}

void Logger::write(Level level, std::string_view event, std::span<const Field> fields) {
  if (!enabled(level)) return;
  const Event line{std::chrono::system_clock::now(), level, event, fields};
  const std::string text = state_->format == Format::json ? json_line(line) : text_line(line);
  state_->logger.log(spdlog_level(level), spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace larder::log
