// Where the columns of a data set file lie: docs/dataset-format.md.  Private to
// lib/table.
#pragma once

#include <string>

#include "base/result.h"
#include "table/convert.h"
#include "table/h5.h"

namespace mlb::table {

/// Whether the column has a data set that tells which values are missing.
bool has_mask(const ColumnReport& report);

/// The attributes by which AnnData knows what an object is.
Result<> describe(hid_t object, const char* encoding, const char* version);

/// The open data sets of one column.
struct OpenSets {
  h5::Handle object;  ///< a group that holds them, if there is one
  h5::Handle values;
  h5::Handle mask;
};

/// The group /table of a new file, and what stands beside it.
class TableGroup {
 public:
  /// Keeps `file`.
  explicit TableGroup(hid_t file)
      : file_(file), table_(h5::create_group(file, "table")) {}

  hid_t get() const { return table_.get(); }
  /// Creates the data sets of a column.
  Result<OpenSets> create(const ColumnReport& report,
                          const h5::ColumnShape& shape);
  /// Opens them again.
  Result<OpenSets> reopen(const ColumnReport& report) const;

 private:
  Result<OpenSets> create_nullable(const ColumnReport& report, hid_t type,
                                   const h5::ColumnShape& shape);
  Result<OpenSets> create_moment(const ColumnReport& report,
                                 const h5::ColumnShape& shape);
  Result<OpenSets> create_text(const ColumnReport& report,
                               const h5::ColumnShape& shape);
  Result<OpenSets> create_plain(const ColumnReport& report,
                                const h5::ColumnShape& shape);

  hid_t file_;
  h5::Handle table_;
  h5::Handle missing_;  ///< the masks of texts, once there is one
};

}  // namespace mlb::table
