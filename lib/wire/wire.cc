// Frames and their limits.  See wire.h, pack.h, unpack.h.
#include "wire/wire.h"

#include <array>
#include <string_view>

#include "wire/limits.h"
#include "wire/pack.h"
#include "wire/unpack.h"

namespace mlb::wire {
namespace {

struct Type {
  std::string_view name;
  std::size_t limit;
};

constexpr std::size_t kSmall = 64u << 10;

/// In the order of Body's alternatives; names never change their meaning.
constexpr std::array<Type, std::variant_size_v<Body>> kTypes{{
    {"ping", kSmall},
    {"submit", kFrameLimit},
    {"cancel", kSmall},
    {"watch", kSmall},
    {"have", 256u << 10},
    {"list_jobs", kSmall},
    {"get_jobs", 256u << 10},
    {"get_spec", kSmall},
    {"list_workers", kSmall},
    {"find_blobs", 256u << 10},
    {"remove_blobs", 256u << 10},
    {"welcome", kSmall},
    {"accepted", kSmall},
    {"refused", kSmall},
    {"need_blobs", 256u << 10},
    {"cancel_taken", kSmall},
    {"events", kFrameLimit},
    {"jobs", kFrameLimit},
    {"spec_text", kFrameLimit},
    {"workers", kFrameLimit},
    {"blobs", 256u << 10},
    {"blobs_removed", 256u << 10},
    {"heartbeat", 256u << 10},
    {"progress", kSmall},
    {"finished", 256u << 10},
    {"start", kFrameLimit},
    {"kill", kSmall},
    {"progress_taken", kSmall},
    {"need", 256u << 10},
    {"taken", kSmall},
    {"superseded", kSmall},
    {"worker_ping", kSmall},
}};

Error refuse(const std::string& what) {
  return {Fault::refused, "bad message: " + what};
}

/// Texts and bytes stay where they are: the input outlives the objects.
bool refer_to_input(msgpack::type::object_type, std::size_t, void*) {
  return true;
}

/// The objects point into `bytes`.
Result<msgpack::object_handle> parse(ByteView bytes) {
  try {
    std::size_t offset = 0;
    auto handle = msgpack::unpack(
        reinterpret_cast<const char*>(bytes.data()), bytes.size(), offset,
        refer_to_input, nullptr,
        msgpack::unpack_limit(kLongestList, kLongestList, kLongestBytes,
                              kLongestBytes, 0, kDeepest));
    if (offset != bytes.size()) return refuse("bytes after its end");
    return handle;
  } catch (const std::exception& e) {
    return refuse(e.what());
  }
}

template <class T>
Bytes encode_value(const T& value) {
  ByteSink sink;
  Pack(sink).put(value);
  return std::move(sink.bytes);
}

template <class T>
Result<T> decode_value(ByteView bytes) {
  auto handle = parse(bytes);
  if (!handle) return std::move(handle).fail();
  T value{};
  Unpack unpack;
  unpack.get(handle->get(), value);
  if (!unpack.ok()) return refuse(unpack.problem());
  return value;
}

/// What two submits must agree in to be the same (docs/protocol.md rule 8).
Digest canonical_digest(const Submit& s) {
  ByteSink sink;
  Pack pack(sink);
  pack.array(3);
  pack.put(s.envelope);
  pack.put(s.spec);
  pack.put(s.source);
  return sha256(sink.bytes);
}

/// Makes the alternative called `index` and fills it.
template <std::size_t I = 0>
void get_body(std::size_t index, const msgpack::object& o, Unpack& unpack,
              Message& out) {
  if constexpr (I < std::variant_size_v<Body>) {
    if (index != I) return get_body<I + 1>(index, o, unpack, out);
    unpack.get_merged(o, out.header, out.body.template emplace<I>());
  }
}

std::size_t index_of(const msgpack::object& type) {
  if (type.type == msgpack::type::STR) {
    const std::string_view name(type.via.str.ptr, type.via.str.size);
    for (std::size_t i = 0; i < kTypes.size(); ++i) {
      if (kTypes[i].name == name) return i;
    }
  }
  return kTypes.size();
}

}  // namespace

Result<Bytes> encode(const Message& message) {
  ByteSink sink;
  Pack pack(sink);
  const Type& type = kTypes[message.body.index()];
  pack.array(3);
  pack.put(kProtocol);
  pack.text(type.name);
  std::visit([&](const auto& body) { pack.put_merged(message.header, body); },
             message.body);
  if (sink.bytes.size() > type.limit) {
    return Error{Fault::refused, "a '" + std::string(type.name) +
                                     "' message of " +
                                     std::to_string(sink.bytes.size()) +
                                     " bytes is over its limit of " +
                                     std::to_string(type.limit)};
  }
  if (!pack.fits()) {
    return Error{Fault::refused, "a '" + std::string(type.name) +
                                     "' message holds a list of more than " +
                                     std::to_string(kLongestList)};
  }
  return std::move(sink.bytes);
}

Result<Message> decode(ByteView frame) {
  if (frame.size() > kFrameLimit) return refuse("it is too large");
  auto handle = parse(frame);
  if (!handle) return std::move(handle).fail();
  const msgpack::object& o = handle->get();
  if (o.type != msgpack::type::ARRAY || o.via.array.size != 3) {
    return refuse("it is not [protocol, type, body]");
  }
  std::uint32_t protocol = 0;
  Unpack unpack;
  unpack.get(o.via.array.ptr[0], protocol);
  if (!unpack.ok() || protocol != kProtocol) {
    return refuse("unsupported protocol");
  }
  const std::size_t index = index_of(o.via.array.ptr[1]);
  if (index == kTypes.size()) return refuse("unknown type");
  if (frame.size() > kTypes[index].limit) return refuse("it is too large");
  Message out;
  get_body(index, o.via.array.ptr[2], unpack, out);
  if (!unpack.ok()) {
    return refuse(std::string(kTypes[index].name) + ": " + unpack.problem());
  }
  if (auto* s = std::get_if<Submit>(&out.body)) s->body = canonical_digest(*s);
  return out;
}

Bytes encode_spec(const JobSpec& x) {
  return encode_value(x);
}
Result<JobSpec> decode_spec(ByteView b) {
  return decode_value<JobSpec>(b);
}
Bytes encode_item(const Item& x) {
  return encode_value(x);
}
Result<Item> decode_item(ByteView b) {
  return decode_value<Item>(b);
}
Bytes encode_live(const Live& x) {
  return encode_value(x);
}
Result<Live> decode_live(ByteView b) {
  return decode_value<Live>(b);
}
Bytes encode_outcome(const Outcome& x) {
  return encode_value(x);
}
Result<Outcome> decode_outcome(ByteView b) {
  return decode_value<Outcome>(b);
}
Bytes encode_envelope(const Envelope& x) {
  return encode_value(x);
}
Result<Envelope> decode_envelope(ByteView b) {
  return decode_value<Envelope>(b);
}
Bytes encode_job_row(const JobRow& x) {
  return encode_value(x);
}
Result<JobRow> decode_job_row(ByteView b) {
  return decode_value<JobRow>(b);
}
Bytes encode_event_row(const EventRow& x) {
  return encode_value(x);
}
Result<EventRow> decode_event_row(ByteView b) {
  return decode_value<EventRow>(b);
}

}  // namespace mlb::wire
