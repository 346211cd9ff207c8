// See column_digest.h.
#include "table/column_digest.h"

#include <algorithm>

#include "table/checksum.h"

namespace mlb::table {
namespace {

Digest digest_of_texts(std::span<const std::string> texts) {
  Writer out;
  for (const auto& text : texts) out.text(text);
  return sha256(out.bytes());
}

/// Whether the file keeps a mask for it: reals and categories need none.
bool has_mask(const Column& c) {
  return c.type != Type::real && c.type != Type::category && !c.missing.empty();
}

}  // namespace

ColumnDigest::ColumnDigest(const std::string& name, Type type)
    : header_(digest_of_texts(
          std::vector<std::string>{name, std::string(name_of(type))})) {}

Digest ColumnDigest::finish(std::span<const std::string> levels) {
  Sha256 out;
  out.add(header_.raw);
  out.add(sha256(values_.bytes()).raw);
  if (!mask_.bytes().empty()) out.add(sha256(mask_.bytes()).raw);
  if (!levels.empty()) out.add(digest_of_texts(levels).raw);
  return out.finish();
}

Bytes packed_values(const Column& c, std::size_t first, std::size_t end) {
  Writer out;
  for (std::size_t row = first; row < end; ++row) {
    if (c.type == Type::boolean) {
      out.number(static_cast<std::uint8_t>(c.integers[row]));
    } else if (c.stores_integers()) {
      out.number(c.integers[row]);
    } else if (c.type == Type::real) {
      out.number(c.reals[row]);
    } else if (c.type == Type::category) {
      out.number(c.codes[row]);
    } else {
      out.raw(view_of(c.texts[row]));
      out.number(std::uint8_t{0});
    }
  }
  return out.take();
}

Bytes packed_mask(const Column& c, std::size_t first, std::size_t end) {
  Bytes out;
  for (std::size_t row = first; row < end; ++row) {
    out.push_back(c.is_missing(row) ? 1 : 0);
  }
  return out;
}

Digest column_digest(const Column& column, std::uint64_t rows,
                     std::uint64_t rows_of_piece) {
  ColumnDigest out(column.name, column.type);
  for (std::uint64_t at = 0; at < rows; at += rows_of_piece) {
    const std::uint64_t end = std::min(rows, at + rows_of_piece);
    out.add_values(checksum(packed_values(column, at, end)));
    if (has_mask(column)) out.add_mask(checksum(packed_mask(column, at, end)));
  }
  return out.finish(column.levels);
}

Json to_json(const StoredDigests& digests) {
  Json out{{"rows", digests.rows_of_piece}, {"columns", Json::array()}};
  for (const auto& d : digests.columns) out["columns"].push_back(d.text());
  return out;
}

Result<StoredDigests> digests_of(const Json& json) {
  const Error bad{Fault::data, "has damaged digests"};
  if (!json.is_object() || !json.contains("rows") ||
      !json["rows"].is_number_unsigned() || !json.contains("columns") ||
      !json["columns"].is_array()) {
    return bad;
  }
  StoredDigests out;
  out.rows_of_piece = json["rows"].get<std::uint64_t>();
  if (out.rows_of_piece == 0) return bad;
  for (const auto& text : json["columns"]) {
    const auto digest = text.is_string()
                            ? Digest::parse(text.get<std::string>())
                            : std::nullopt;
    if (!digest) return bad;
    out.columns.push_back(*digest);
  }
  return out;
}

}  // namespace mlb::table
