// What the command line says on top of a document: edits of its tree, so that
// --set is read and judged by the same code as the file.  Internal.
#pragma once

#include <string_view>

#include "spec/spec.h"
#include "spec/tree.h"

namespace mlb::spec {

/// One change; its value is parsed once for all documents.
struct Edit {
  std::string path;  ///< as written, joined by dots
  bool remove = false;
  NodeId value = 0;  ///< unused by a removal
  Place place;
};

struct Edits {
  std::vector<Edit> changes;  ///< of --unset, --set, --name, in this order
  std::vector<Edit> tags;     ///< path unused
  std::vector<Edit> require;  ///< path is the metric
};
Edits read_edits(const Options& options, Source& source, Tree& tree,
                 Findings& findings);

/// A root like `root` with the edits done; a given name gets "-2", "-3" in
/// further documents.
NodeId apply_edits(const Edits& edits, NodeId root, int document, Tree& tree,
                   Findings& findings);

/// The name of a job in document `document` (from 0): "name", "name-2".
std::string name_in(const std::string& name, int document);

/// "csv" or "dataset" by the ending of a file name, "" if neither.
std::string_view data_key(std::string_view file);

}  // namespace mlb::spec
