// SQLiteCpp with what every part of the SQLite store needs: prepared
// statements that are kept, ids and blobs as columns.  Private to lib/store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/bytes.h"

namespace mlb::store {

/// Throws SQLite::Exception; SqliteStore turns that into an Error.
class Database {
 public:
  /// Opens or makes the file, as the broker needs it, in the newest schema.
  explicit Database(const std::string& path);

  /// A prepared statement, reset; valid until the next use of the same text.
  SQLite::Statement& use(const std::string& sql);
  SQLite::Database& handle() { return db_; }

 private:
  void migrate();
  SQLite::Database db_;
  std::map<std::string, std::unique_ptr<SQLite::Statement>> statements_;
};

/// The bytes must live until the statement was run.
inline void bind_blob(SQLite::Statement& s, int at, ByteView bytes) {
  s.bindNoCopy(at, static_cast<const void*>(bytes.data()),
               static_cast<int>(bytes.size()));
}
inline void bind_number(SQLite::Statement& s, int at, std::uint64_t number) {
  s.bind(at, static_cast<std::int64_t>(number));
}

/// A view that lives until the next step of the statement.
inline ByteView blob_of(const SQLite::Column& column) {
  return {static_cast<const std::uint8_t*>(column.getBlob()),
          static_cast<std::size_t>(column.getBytes())};
}
inline std::uint64_t number_of(const SQLite::Column& column) {
  return static_cast<std::uint64_t>(column.getInt64());
}
template <class Id>
Id id_of(const SQLite::Column& column) {
  Id out;
  const ByteView bytes = blob_of(column);
  if (bytes.size() != out.raw.size()) {
    throw SQLite::Exception("an id of the wrong length");
  }
  std::copy(bytes.begin(), bytes.end(), out.raw.begin());
  return out;
}

}  // namespace mlb::store
