// Does one column alone know the target?  Then it was probably written after
// it.
#pragma once

#include <vector>

#include "prep/plan.h"

namespace mlb::prep {

/// Of at least 20 training rows.  Classes: each level belongs to one class,
/// and levels repeat; or the values of the classes lie in separate ranges.
/// Numbers: the correlation is 1 or -1.
bool leaks(const table::Column& column, const Rows& rows, Task task,
           const std::vector<float>& targets);

}  // namespace mlb::prep
