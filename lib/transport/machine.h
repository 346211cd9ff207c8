// Which machine this is: peers that share one may link files, and a worker's
// id is bound to it.
#pragma once

#include <string>

namespace mlb::transport {

/// The text of /etc/machine-id, else "hostname+boot id".  Never empty.
std::string machine_id();
/// As uname says.
std::string host_name();

}  // namespace mlb::transport
