// Answers that are read from the store after the commit: pages of jobs and
// events, specs.  Each fits one frame; what does not fit is left for the next
// request.
#pragma once

#include "base/result.h"
#include "broker/core.h"
#include "job/messages.h"
#include "store/store.h"

namespace mlb::tool {

/// Fails only when the store cannot be read.
Result<Message> answer(const broker::Core& core, store::Store& store,
                       const broker::Read& read);

/// The next events for a watcher, without a header.
Result<Events> event_page(const broker::Core& core, store::Store& store,
                          const broker::EventPage& page);

/// A list as long as one frame can carry.
struct Fitted {
  Message message;
  Bytes frame;
};
/// wire::encode, with a shorter page of jobs or events when it is too large.
Result<Fitted> encode_page(Message message);

}  // namespace mlb::tool
