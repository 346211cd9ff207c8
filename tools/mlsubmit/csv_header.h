// What columns a CSV has, judged by its first bytes: enough to refuse a job
// that names another before anything is uploaded.  The worker reads the file
// as mlprep does and has the last word.
#pragma once

#include <string>
#include <vector>

#include "job/spec.h"

namespace mlb::submit {

/// The names of the columns under each delimiter that the file may have, the
/// likeliest first; with those that repeated and empty names get.  Empty when
/// only reading it all could tell: compressed, UTF-16, with letters that are
/// not of the encoding or not known here, without a header, or with one that
/// does not end within `text`.
std::vector<std::vector<std::string>> possible_headers(const std::string& text,
                                                       const CsvSpec& csv);

}  // namespace mlb::submit
