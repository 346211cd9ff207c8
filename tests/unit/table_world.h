// Small files and what a CSV reader makes of them, for tests of lib/table.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "table/convert.h"
#include "table/csv.h"
#include "table/dataset.h"

namespace mlb::table {

/// A folder of its own, gone with its owner.
struct Folder {
  std::string path;
  Folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "mlbXXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
  std::string at(const std::string& name) const { return path + "/" + name; }
  std::string put(const std::string& name, const std::string& bytes) const {
    // Truncating would make some file systems flush the old content.
    std::filesystem::remove(at(name));
    std::ofstream(at(name), std::ios::binary) << bytes;
    return at(name);
  }
  std::string get(const std::string& name) const {
    std::ifstream in(at(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      out.push_back(entry.path().filename().string());
    }
    return out;
  }
};

/// What reading gave: records as texts, or the error without the path.
struct Reading {
  std::vector<std::vector<std::string>> records;
  std::vector<std::uint64_t> lines;
  std::string error;
  bool operator==(const Reading&) const = default;
};

/// `error` behind the path of the file.
inline std::string without_path(const std::string& error,
                                const std::string& path) {
  return error.starts_with(path) ? error.substr(path.size()) : error;
}

inline Reading read_file_as_csv(const std::string& path,
                                const CsvOptions& options,
                                bool one_column = false) {
  Reading out;
  const auto failed = [&](const Error& e) {
    out.error = without_path(e.message, path);
    return out;
  };
  auto reader = CsvReader::open(path, options);
  if (!reader) return failed(reader.error());
  reader->one_column(one_column);
  Record record;
  for (;;) {
    auto got = reader->next(record);
    if (!got) return failed(got.error());
    if (!*got) return out;
    auto& fields = out.records.emplace_back();
    for (const auto& f : record.fields) fields.emplace_back(f.text);
    out.lines.push_back(record.line);
  }
}

inline Reading read_csv(const std::string& text, CsvOptions options = {},
                        bool one_column = false) {
  const Folder folder;
  if (!options.delimiter) options.delimiter = ',';
  return read_file_as_csv(folder.put("f.csv", text), options, one_column);
}

/// The table as `mlprep cat` prints it.
inline std::string as_csv(const Table& table) {
  std::string out;
  for (const auto& c : table.columns) {
    out += (out.empty() ? "" : ",") + csv_field(c.name);
  }
  for (std::size_t row = 0; row < table.rows; ++row) {
    std::string line;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      line += (i == 0 ? "" : ",") + csv_field(table.columns[i], row);
    }
    out += "\n" + line;
  }
  return out + "\n";
}

/// What `inspect` says of a text; fails the test when it is refused.
inline Inspection inspected(const std::string& text,
                            const CsvOptions& options = {}) {
  const Folder folder;
  auto out = inspect_csv(folder.put("f.csv", text), options);
  if (!out) FAIL(out.error().message);
  return std::move(*out);
}

inline std::string refusal(const std::string& text,
                           const CsvOptions& options = {}) {
  const Folder folder;
  const std::string path = folder.put("f.csv", text);
  auto out = inspect_csv(path, options);
  if (out) return "accepted";
  return without_path(out.error().message, path);
}

}  // namespace mlb::table
