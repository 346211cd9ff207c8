// Spec files on their way in: read, parsed, with their data found and named
// by digest.
#pragma once

#include <string>
#include <vector>

#include "connection.h"
#include "verbs.h"

namespace mlb::submit {

struct LoadedSpecs {
  std::vector<spec::Parsed> jobs;
  std::vector<spec::Diagnostic> errors;
  std::vector<spec::Diagnostic> warnings;
};

/// Reads and parses all files; a file that cannot be read is an Error.
Result<LoadedSpecs> load_specs(const SpecFlags& flags);
/// The same, with the findings said on stderr (as one JSON document with
/// --json); an Error of Fault::spec with an empty message when there are any.
Result<std::vector<spec::Parsed>> load_good_specs(const Globals& globals,
                                                  const SpecFlags& flags);

/// Opens the files of data and model: they exist, and the data's header has the
/// columns that the spec names; else an error that tells the place in the spec
/// of each.
Result<> check_data(const spec::Parsed& job);

/// Digests the data and the model that the spec names and brings them to the
/// broker; fills digest and bytes.  What is named by digest must be there, and
/// a job must have left its model.
Result<> bring_data(Connection& connection, const Globals& globals,
                    JobSpec& spec);
/// Brings one file to the broker; its digest.
Result<blob::Stored> bring_file(Connection& connection, const Globals& globals,
                                const std::string& path);

}  // namespace mlb::submit
