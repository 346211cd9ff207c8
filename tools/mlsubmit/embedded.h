// The private broker and worker that serve a user who configured none.
#pragma once

#include <string>

#include "globals.h"

namespace mlb::submit {

/// Makes sure that the pair runs or is being started; its URL.  Two callers at
/// once start one broker: the directory's lock decides.
Result<std::string> ensure_embedded(const Globals& globals);

/// Where its data lies: MLBATCH_STATE_DIR, else the XDG state directory; with
/// a folder for this machine, since a home may be shared.
Result<std::string> state_folder();

}  // namespace mlb::submit
