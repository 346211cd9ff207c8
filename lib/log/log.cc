// See log.h.
#include "log/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>

#include "base/json.h"

namespace mlb {
namespace {

std::atomic<LogFormat> format_in_use{LogFormat::text};

/// A text may quote what a peer sent: it stays on its line.
std::string on_one_line(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool control = (c >= 0 && c < 32) || c == 127;
    out += control ? ' ' : c;
  }
  return out;
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

Result<LogLevel> parse_log_level(const std::string& word) {
  if (word == "debug") return LogLevel::debug;
  if (word == "info") return LogLevel::info;
  if (word == "warning") return LogLevel::warning;
  if (word == "error") return LogLevel::error;
  return Error{Fault::usage, "--log-level is '" + word +
                                 "'; want debug, info, warning or error"};
}

Result<LogFormat> parse_log_format(const std::string& word) {
  if (word == "text") return LogFormat::text;
  if (word == "json") return LogFormat::json;
  return Error{Fault::usage,
               "--log-format is '" + word + "'; want text or json"};
}

void start_log(const std::string& name, LogLevel level, LogFormat format) {
  format_in_use = format;
  auto logger = spdlog::stderr_logger_mt(name);
  logger->set_level(level_of(level));
  logger->set_pattern(
      format == LogFormat::json
          ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","text":%v})"
          : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
      spdlog::pattern_time_type::utc);
  spdlog::set_default_logger(std::move(logger));
}

bool is_logged(LogLevel level) {
  return spdlog::should_log(level_of(level));
}

void log(LogLevel level, const std::string& text) {
  const std::string line =
      format_in_use == LogFormat::json
          ? Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)
          : on_one_line(text);
  spdlog::log(level_of(level), "{}", line);
}

}  // namespace mlb
