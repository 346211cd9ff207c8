// See column_sets.h.
#include "table/column_sets.h"

#include "table/piece.h"

namespace mlb::table {
namespace {

constexpr const char* kUnits = "microseconds since 1970-01-01T00:00:00Z";

}  // namespace

bool has_mask(const ColumnReport& report) {
  switch (report.type) {
    case Type::date:
    case Type::time: return true;
    case Type::real:
    case Type::category: return false;
    case Type::integer:
    case Type::boolean:
    case Type::text:
    case Type::id: return report.stats.missing > 0;
  }
  return false;
}

Result<> describe(hid_t object, const char* encoding, const char* version) {
  auto done =
      h5::write_attribute(object, "encoding-type", std::string(encoding));
  if (!done) return done;
  return h5::write_attribute(object, "encoding-version", std::string(version));
}

Result<OpenSets> TableGroup::create_nullable(const ColumnReport& report,
                                             hid_t type,
                                             const h5::ColumnShape& shape) {
  const std::string name = h5::link_name(report.name);
  OpenSets out;
  const bool boolean = report.type == Type::boolean;
  if (!has_mask(report)) {
    out.values = h5::create_column(table_.get(), name, type, shape);
    auto done = describe(out.values.get(), "array", "0.2.0");
    if (!done) return std::move(done).fail();
    return out;
  }
  out.object = h5::create_group(table_.get(), name);
  out.values = h5::create_column(out.object.get(), "values", type, shape);
  out.mask = h5::create_column(out.object.get(), "mask",
                               h5::boolean_type().get(), shape);
  auto done =
      describe(out.object.get(),
               boolean ? "nullable-boolean" : "nullable-integer", "0.1.0");
  for (const auto* part : {&out.values, &out.mask}) {
    if (done) done = describe(part->get(), "array", "0.2.0");
  }
  if (!done) return std::move(done).fail();
  return out;
}

Result<OpenSets> TableGroup::create_moment(const ColumnReport& report,
                                           const h5::ColumnShape& shape) {
  auto out = create_nullable(report, H5T_STD_I64LE, shape);
  if (!out) return out;
  Result<> done;
  for (const hid_t owner : {out->object.get(), out->values.get()}) {
    if (done) done = h5::write_attribute(owner, "units", std::string(kUnits));
  }
  if (done && !report.date_format.empty()) {
    done = h5::write_attribute(out->object.get(), "date_format",
                               report.date_format);
  }
  if (!done) return std::move(done).fail();
  return out;
}

Result<OpenSets> TableGroup::create_text(const ColumnReport& report,
                                         const h5::ColumnShape& shape) {
  const std::string name = h5::link_name(report.name);
  OpenSets out;
  h5::ColumnShape plain = shape;
  plain.compress = false;  // the texts lie in the heap, filters miss them
  plain.whole_chunks = false;
  out.values =
      h5::create_column(table_.get(), name, h5::text_type().get(), plain);
  auto done = describe(out.values.get(), "string-array", "0.2.0");
  if (has_mask(report)) {
    if (!missing_) missing_ = h5::create_group(file_, "table_missing");
    out.mask = h5::create_column(missing_.get(), name, h5::boolean_type().get(),
                                 shape);
  }
  if (!done) return std::move(done).fail();
  return out;
}

Result<OpenSets> TableGroup::create_plain(const ColumnReport& report,
                                          const h5::ColumnShape& shape) {
  const std::string name = h5::link_name(report.name);
  switch (report.type) {
    case Type::integer: return create_nullable(report, H5T_STD_I64LE, shape);
    case Type::date:
    case Type::time: return create_moment(report, shape);
    case Type::boolean:
      return create_nullable(report, h5::boolean_type().get(), shape);
    case Type::real: {
      OpenSets out;
      out.values = h5::create_column(table_.get(), name, H5T_IEEE_F64LE, shape);
      auto done = describe(out.values.get(), "array", "0.2.0");
      if (!done) return std::move(done).fail();
      return out;
    }
    case Type::category: {
      OpenSets out;
      out.object = h5::create_group(table_.get(), name);
      out.values =
          h5::create_column(out.object.get(), "codes", H5T_STD_I32LE, shape);
      auto done = describe(out.object.get(), "categorical", "0.2.0");
      if (done) {
        done = h5::write_boolean_attribute(out.object.get(), "ordered", false);
      }
      if (done) done = describe(out.values.get(), "array", "0.2.0");
      if (!done) return std::move(done).fail();
      return out;
    }
    case Type::text: return create_text(report, shape);
    case Type::id:
      return report.integral ? create_nullable(report, H5T_STD_I64LE, shape)
                             : create_text(report, shape);
  }
  return Error{Fault::bug, "a column of no type"};
}

Result<OpenSets> TableGroup::create(const ColumnReport& report,
                                    const h5::ColumnShape& shape) {
  auto out = create_plain(report, shape);
  if (!out) return out;
  const hid_t owner = out->object ? out->object.get() : out->values.get();
  auto done = h5::write_attribute(owner, "mlbatch-type",
                                  std::string(name_of(report.type)));
  if (done) done = h5::write_attribute(owner, "mlbatch-name", report.name);
  if (!done) return std::move(done).fail();
  return out;
}

Result<OpenSets> TableGroup::reopen(const ColumnReport& report) const {
  const std::string name = h5::link_name(report.name);
  const bool texts = width_of(report) == 0;
  const bool masked = has_mask(report);
  const bool category = report.type == Type::category;
  const bool group = category || (masked && !texts);
  OpenSets out;
  if (group) out.object = h5::open_object(table_.get(), name);
  const hid_t holder = group ? out.object.get() : table_.get();
  out.values = h5::open_object(holder, !group     ? name
                                       : category ? "codes"
                                                  : "values");
  if (masked) {
    out.mask =
        h5::open_object(texts ? missing_.get() : holder, texts ? name : "mask");
  }
  if (out.values && (out.mask || !masked)) return out;
  return Error{Fault::data, "HDF5: cannot open the column '" + report.name +
                                "' again; is the disk full?"};
}

}  // namespace mlb::table
