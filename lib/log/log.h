// The log of a server: stderr, one record one line, text or JSON.
#pragma once

#include <string>

#include "base/result.h"

namespace mlb {

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { text, json };

/// Fault::usage names the words that are known.
Result<LogLevel> parse_log_level(const std::string& word);
Result<LogFormat> parse_log_format(const std::string& word);

/// Once, before the first record; records may come from any thread.
/// `name` is that of the program.
void start_log(const std::string& name, LogLevel level, LogFormat format);
void log(LogLevel level, const std::string& text);
/// False when such a record would go nowhere.
bool is_logged(LogLevel level);

}  // namespace mlb
