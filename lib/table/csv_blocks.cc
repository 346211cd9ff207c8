// The block taker.  See csv_blocks.h; the index is made in csv_index.cc.
#include "table/csv_blocks.h"

#include <algorithm>
#include <cstring>

namespace mlb::table {
namespace {

bool is_line_end(char c) {
  return c == '\n' || c == '\r';
}

}  // namespace

Result<BlockTaker> BlockTaker::open(const std::string& path,
                                    const CsvOptions& options) {
  auto source = CsvSource::open(
      path, options.encoding,
      fixes_types(options) ? SourceReads::once : SourceReads::again);
  if (!source) return std::move(source).fail();
  BlockTaker out(std::move(*source));
  out.syntax_.delimiter = options.delimiter.value_or(',');
  out.syntax_.quote = options.quote;
  out.syntax_.escape = options.escape;
  out.syntax_.comment = options.comment;
  out.syntax_.max_record = std::min(options.max_field, kMostRecord);
  out.scanner_ = &table::scanner(options.simd);
  out.block_ = std::max<std::size_t>(1, options.block);
  // A small file needs no memory but for itself, and one byte to see its end.
  const std::uint64_t text = out.source_.text_bytes();
  out.one_block_ = text > 0 && text < out.block_;
  if (out.one_block_) out.block_ = text + 1;
  out.skip_ = options.skip;
  auto begun = out.rewind();
  if (!begun) return std::move(begun).fail();
  return out;
}

Result<> BlockTaker::rewind() {
  auto begun = source_.rewind();
  if (!begun) return begun;
  rest_.clear();
  number_ = 0;
  first_line_ = 1;
  offset_ = source_.skipped();
  at_end_ = false;
  return skip_lines();
}

/// Leaves out `skip_` lines; what was read behind them is kept in rest_.
Result<> BlockTaker::skip_lines() {
  constexpr std::size_t kRead = 64u << 10;
  Block block;
  std::size_t at = 0;
  for (std::uint64_t left = skip_; left > 0;) {
    if (at + 1 >= block.size && !at_end_) {
      auto filled = fill(block, kRead);
      if (!filled) return filled;
      continue;
    }
    if (at >= block.size) {
      return Error{Fault::data, source_.name() +
                                    ": has fewer lines than --skip " +
                                    std::to_string(skip_)};
    }
    const char c = block.bytes[at++];
    if (!is_line_end(c)) continue;
    if (c == '\r' && at < block.size && block.bytes[at] == '\n') ++at;
    --left;
    ++first_line_;
    block.bytes.erase(0, at);
    block.size -= at;
    offset_ += at;
    at = 0;
  }
  rest_ = block.bytes.substr(0, block.size);
  return {};
}

/// Reads up to `more` bytes behind what the block has.
Result<> BlockTaker::fill(Block& block, std::size_t more) {
  if (block.bytes.size() < block.size + more + kScanPadding) {
    block.bytes.resize(block.size + more + kScanPadding);
  }
  const std::size_t wanted = block.size + more;
  while (block.size < wanted) {
    auto got =
        source_.read(block.bytes.data() + block.size, wanted - block.size);
    if (!got) return std::move(got).fail();
    at_end_ = *got == 0;
    if (at_end_) break;
    block.size += *got;
  }
  return {};
}

/// Where the last whole record ends, found by the machine.
std::optional<std::size_t> BlockTaker::exact_cut(std::string_view text,
                                                 bool whole) const {
  if (whole) return text.size();
  Machine machine(text, syntax_, false);
  std::vector<std::uint32_t> ends;
  std::size_t at = 0;
  while (at < text.size()) {
    ends.clear();
    const auto step = machine.record(at, ends);
    if (step == Machine::Step::more) break;
    // The index will find the same problem and say what it is.
    if (step == Machine::Step::problem) return text.size();
    at = machine.next();
  }
  return at == 0 ? std::nullopt : std::optional(at);
}

/// The end of the last whole record; nothing when there is none yet.
std::optional<std::size_t> BlockTaker::cut(Block& block) const {
  const std::string_view text = block.text();
  block.exact = syntax_.needs_machine();
  if (block.exact) return exact_cut(text, at_end_);
  std::uint64_t quotes =
      syntax_.quotes()
          ? scanner_->count(text.data(), text.size(), syntax_.quote)
          : 0;
  const bool any = quotes > 0;
  std::size_t end = text.size();
  if (!at_end_) {
    // A carriage return at the very end may be half of a line end.
    if (end > 0 && text[end - 1] == '\r') --end;
    for (; end > 0; --end) {
      const char c = text[end - 1];
      quotes -= any && c == syntax_.quote ? 1 : 0;
      if (is_line_end(c) && quotes % 2 == 0) break;
    }
  }
  if (!any) return end == 0 ? std::nullopt : std::optional(end);
  ScanState state;
  scanner_->check(text.data(), 0, end, {syntax_.delimiter, syntax_.quote},
                  state);
  const bool open = at_end_ && state.inside != 0;
  block.exact = state.stray != 0 || open || end == 0;
  if (block.exact) return exact_cut(text, at_end_);
  return end;
}

Result<bool> BlockTaker::take(Block& block) {
  block.number = number_;
  block.size = rest_.size();
  if (block.bytes.size() < rest_.size() + block_ + kScanPadding) {
    block.bytes.resize(rest_.size() + block_ + kScanPadding);
  }
  std::memcpy(block.bytes.data(), rest_.data(), rest_.size());
  rest_.clear();
  block.too_long = false;
  std::optional<std::size_t> end;
  for (std::size_t more = block_; !end; more = std::max(more, block.size)) {
    auto filled = fill(block, at_end_ ? 0 : more);
    if (!filled) return std::move(filled).fail();
    if (block.size == 0) return false;
    end = cut(block);
    if (end || at_end_) break;
    if (block.size <= syntax_.max_record) continue;
    block.too_long = true;
    block.exact = true;
    end = block.size;
  }
  const std::size_t size = end.value_or(block.size);
  rest_.assign(block.bytes, size, block.size - size);
  block.size = size;
  std::memset(block.bytes.data() + size, 0, kScanPadding);
  block.offset = offset_;
  block.read = source_.bytes_read();
  block.last = at_end_ && rest_.empty();
  offset_ += size;
  ++number_;
  return true;
}

Result<std::string> BlockTaker::peek(std::size_t most) {
  Block block;
  block.bytes = rest_;
  block.size = rest_.size();
  if (block.size < most) {
    auto filled = fill(block, most - block.size);
    if (!filled) return std::move(filled).fail();
  }
  block.bytes.resize(std::min(block.size, most));
  auto begun = rewind();
  if (!begun) return std::move(begun).fail();
  return std::move(block.bytes);
}

}  // namespace mlb::table
