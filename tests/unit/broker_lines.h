// Messages, records and names as short lines of text, for tests that compare
// what a core does.  A name is the first bytes of its id, so that "w1" sorts
// before "w2" and every id can be read back.
#pragma once

#include <string>
#include <vector>

#include "job/messages.h"
#include "job/record.h"

namespace mlb::broker {

using Lines = std::vector<std::string>;

JobId job_named(const std::string& name);
PeerId peer_named(const std::string& name);
Digest blob_named(const std::string& name);
/// "j1.2": attempt 2 of job j1.
Attempt attempt_named(const std::string& text);

std::string name_of(JobId id);
std::string name_of(PeerId id);
std::string name_of(const Digest& digest);
std::string name_of(const Attempt& attempt);

/// "put job j1 running, attempt 1 at w1"
std::string line_of(const Record& record);
/// "start j1.1"
std::string line_of(const Body& body);
/// "2 started"
std::string line_of(const EventRow& event);

}  // namespace mlb::broker
