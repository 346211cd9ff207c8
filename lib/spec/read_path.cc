// See reader.h: paths, and what may stand in their place.
#include <filesystem>

#include "job/model_ref.h"
#include "spec/reader.h"

namespace mlb::spec {
namespace {

/// Why a path is not taken as it stands.
std::optional<Wrong> path_fault(const std::string& path) {
  if (path.empty()) return Wrong{"E208", "the path is empty"};
  const std::string quoted = "'" + shown(path) + "': ";
  if (path[0] == '~') {
    return Wrong{"E208", quoted + "~ is not expanded",
                 "write the whole path, or one relative to the spec file"};
  }
  const std::size_t dollar = path.find('$');
  if (dollar != path.npos) {
    return Wrong{"E208", quoted + "$ is not expanded",
                 "write the whole path, or give it with --set"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Value> Reader::read_path(const Field& field, const Spot& spot) {
  const auto text = read_text(field, spot);
  if (!text) return std::nullopt;
  const auto& path = std::get<std::string>(*text);
  return path.starts_with(kDigestMark) ? read_digest(field, spot, path)
                                       : resolved(field, spot, path);
}

std::optional<Value> Reader::read_model(const Field& field, const Spot& spot) {
  const auto text = read_text(field, spot);
  if (!text) return std::nullopt;
  const auto& name = std::get<std::string>(*text);
  if (name.starts_with(kDigestMark)) return read_digest(field, spot, name);
  return names_job(name) ? text : resolved(field, spot, name);
}

std::optional<Value> Reader::read_digest(const Field& field, const Spot& spot,
                                         const std::string& text) {
  const bool model = field.type == Type::model;
  const auto digest = Digest::parse(text.substr(kDigestMark.size()));
  // A model whose digest is nothing but zeros would be none at all.
  const bool is_one = digest && !(model && digest->is_none());
  if (is_one && (model || field.path == "data.dataset")) return text;
  fail(field, spot,
       {"E208",
        "'" + shown(text) + "' is no digest of a " +
            (model ? "model" : "data set"),
        std::string("write ") + (model ? "" : "dataset: ") +
            "sha256: and 64 digits of 0-9 a-f"});
  return std::nullopt;
}

/// The path from where it starts.
std::optional<Value> Reader::resolved(const Field& field, const Spot& spot,
                                      const std::string& path) {
  if (auto wrong = path_fault(path)) {
    fail(field, spot, std::move(*wrong));
    return std::nullopt;
  }
  const bool argument = spot.place.argument >= 0;
  const std::filesystem::path base =
      argument ? surroundings_.working_dir : surroundings_.base_dir;
  return Value((base / path).lexically_normal().string());
}

}  // namespace mlb::spec
