// What was decided, as JSON.  See convert.h.
#include "table/convert.h"

#include "table/date.h"

namespace mlb::table {
namespace {

std::string mark(char c) {
  return c == '\0' ? "" : std::string(1, c);
}

Json to_json(const Dialect& d) {
  Json out = {{"delimiter", mark(d.delimiter)},
              {"quote", mark(d.quote)},
              {"header", d.header},
              {"encoding", name_of(d.encoding)}};
  if (d.escape) out["escape"] = mark(*d.escape);
  if (d.comment) out["comment"] = mark(*d.comment);
  if (d.skip > 0) out["skip"] = d.skip;
  if (d.decimal != '.') out["decimal"] = mark(d.decimal);
  if (d.thousands) out["thousands"] = mark(*d.thousands);
  return out;
}

}  // namespace

Json to_json(const Inspection& inspection) {
  Json out;
  out["rows"] = inspection.rows;
  if (inspection.rejected > 0) out["rejected"] = inspection.rejected;
  out["dialect"] = to_json(inspection.dialect);
  out["columns"] = Json::array();
  for (const auto& c : inspection.columns) {
    const bool numeric = c.type == Type::integer || c.type == Type::real;
    const bool any = c.stats.missing < inspection.rows;
    const auto number = [&](double x) {
      return numeric && any ? json_number(x) : Json();
    };
    const auto edge = [&](double x, std::int64_t moment) {
      if (c.type == Type::date && any) return Json(date_text(moment));
      if (c.type == Type::time && any) return Json(time_text(moment));
      return number(x);
    };
    out["columns"].push_back({{"name", c.name},
                              {"type", name_of(c.type)},
                              {"missing", c.stats.missing},
                              {"distinct", c.stats.distinct},
                              {"min", edge(c.stats.min, c.stats.first)},
                              {"max", edge(c.stats.max, c.stats.last)},
                              {"mean", number(c.stats.mean)},
                              {"std", number(c.stats.std)},
                              {"examples", c.stats.examples}});
    if (!c.date_format.empty()) {
      out["columns"].back()["date_format"] = c.date_format;
    }
  }
  out["warnings"] = Json::array();
  for (const auto& w : inspection.warnings) {
    out["warnings"].push_back(
        {{"code", w.code},
         {"message", w.message},
         {"line", w.line == 0 ? Json() : Json(w.line)},
         {"column", w.column.empty() ? Json() : Json(w.column)}});
  }
  return out;
}

}  // namespace mlb::table
