// Which build of mlbatch this is: shown by --version, exchanged by peers.
#pragma once

#include <string>

namespace mlb {

/// "0.1.0"
std::string version();
/// "0.1.0+3f2a91c": version and commit (or "local") it was configured from.
std::string build_id();

}  // namespace mlb
