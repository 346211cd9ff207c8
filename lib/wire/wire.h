// Messages and stored values <-> msgpack.  One frame is
// [protocol, type, body]; bodies are maps with the field names of
// docs/protocol.md.  Decoding is strict: every key once, none unknown, no
// trailing byte, every number in range, every size within its limit.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "base/result.h"
#include "job/messages.h"
#include "job/record.h"
#include "job/spec.h"
#include "job/state.h"

namespace mlb::wire {

/// No frame is larger, whatever its type.
inline constexpr std::size_t kFrameLimit = 1u << 20;

/// Fails with Fault::refused when the message is over the limit of its type.
Result<Bytes> encode(const Message& message);
/// Any bytes are a valid argument.  Submit::body is computed.
Result<Message> decode(ByteView frame);

/// Stored values, without a frame.
Bytes encode_spec(const JobSpec& spec);
Result<JobSpec> decode_spec(ByteView bytes);
Bytes encode_item(const Item& item);
Result<Item> decode_item(ByteView bytes);
Bytes encode_live(const Live& live);
Result<Live> decode_live(ByteView bytes);
Bytes encode_outcome(const Outcome& outcome);
Result<Outcome> decode_outcome(ByteView bytes);
Bytes encode_envelope(const Envelope& envelope);
Result<Envelope> decode_envelope(ByteView bytes);
Bytes encode_job_row(const JobRow& row);
Result<JobRow> decode_job_row(ByteView bytes);
Bytes encode_event_row(const EventRow& row);
Result<EventRow> decode_event_row(ByteView bytes);

}  // namespace mlb::wire
