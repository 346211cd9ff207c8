// What the command line asks for, one struct a verb, and the verbs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "prepare.h"
#include "table/csv.h"

namespace mlb::prep_tool {

/// How a CSV is to be read.
struct DialectFlags {
  std::string delimiter;
  std::string quote = "\"";
  std::string escape;
  std::string comment;
  std::uint64_t skip = 0;
  std::string encoding = "auto";
  std::string decimal = ".";
  std::string thousands;
  std::string ragged = "error";
  unsigned threads = 0;
  bool header = false;
  bool no_header = false;
  std::vector<std::string> missing;
  bool missing_given = false;
  std::vector<std::string> columns;  ///< NAME=TYPE
  std::string date_format;
  std::string schema;  ///< a file; not of inspect
  std::string max_field = "64M";
};

struct ConvertFlags {
  DialectFlags dialect;
  PrepareFlags prepare;
  std::string input;
  std::string output;
  std::string report;
  std::string compress = "deflate";
  bool force = false;
  bool quiet = false;
};
struct InspectFlags {
  DialectFlags dialect;
  std::string input;
  bool schema = false;  ///< as YAML
  bool json = false;
};
struct CatFlags {
  std::string input;
  std::string format = "csv";
  std::vector<std::string> columns;
  std::uint64_t rows = 0;  ///< head: how many; 0: all
};
struct VerifyFlags {
  std::string input;
  bool json = false;
};
struct StatsFlags {
  DialectFlags dialect;
  std::string input;
  std::string target;
  bool json = false;
};
struct MatrixFlags {
  std::string input;
  std::string output;
  std::string target;
  std::string split = "0.7,0.15,0.15";  ///< train, valid, test
  std::uint64_t seed = 0;
  std::vector<std::string> include;  ///< globs
  std::vector<std::string> exclude;
  bool force = false;
  bool quiet = false;
};
struct DiffFlags {
  std::string left;
  std::string right;
  std::size_t limit = 20;  ///< differences that are shown
  bool json = false;
};
struct RecordsFlags {
  DialectFlags dialect;
  std::string input;
};

// Each does what was asked; errors are printed by the caller.
Result<> convert(const ConvertFlags& flags);
Result<> inspect(const InspectFlags& flags);
Result<> cat(const CatFlags& flags);
Result<> records(const RecordsFlags& flags);
Result<> stats(const StatsFlags& flags);
Result<> matrix(const MatrixFlags& flags);

// The same, with the exit status.
Result<int> verify(const VerifyFlags& flags);
Result<int> diff(const DiffFlags& flags);

/// The options for the library, or which flag is wrong.
Result<table::CsvOptions> csv_options(const DialectFlags& flags);

/// The word of a type.
Result<ColumnType> column_type(const std::string& text);
/// The columns of a schema file, in order; an error has its place.
Result<std::vector<ColumnRule>> read_schema(const std::string& path);
/// The schema of what `inspect --json` prints.
std::string schema_text(const Json& report);

/// Set by SIGINT and SIGTERM.
bool interrupted();

/// Writes to stdout.  When nobody reads it any more the error is a quiet one
/// (Fault::cancelled); a full disk is a loud one.
Result<> print(std::string_view text);

}  // namespace mlb::prep_tool
