// Records one by one: blocks, indexed as they are needed.  See csv.h.
#include <algorithm>
#include <utility>

#include "table/csv_blocks.h"

namespace mlb::table {
namespace {

/// Bytes that the dialect is judged by, whatever the block size.
constexpr std::size_t kSniffed = 64u << 10;

}  // namespace

bool fixes_types(const CsvOptions& options) {
  if (options.once) return true;
  return !options.schema.empty() &&
         std::none_of(options.schema.begin(), options.schema.end(),
                      [](const ColumnRule& rule) {
                        return rule.type == ColumnType::automatic ||
                               rule.type == ColumnType::ignore;
                      });
}

CsvReader::CsvReader(std::unique_ptr<BlockTaker> taker)
    : taker_(std::move(taker)),
      block_(std::make_unique<Block>()),
      index_(std::make_unique<Index>()) {}
CsvReader::~CsvReader() = default;
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;

Result<CsvReader> CsvReader::open(const std::string& path,
                                  const CsvOptions& options) {
  auto taker = BlockTaker::open(path, options);
  if (!taker) return std::move(taker).fail();
  CsvReader out(std::make_unique<BlockTaker>(std::move(*taker)));
  auto begun = options.delimiter ? Result<>() : out.sniff(options);
  if (begun) begun = out.rewind();
  if (!begun) return std::move(begun).fail();
  const Syntax& syntax = out.taker_->syntax();
  out.dialect_ = {.delimiter = syntax.delimiter,
                  .quote = syntax.quote,
                  .escape = syntax.escape,
                  .comment = syntax.comment,
                  .skip = options.skip,
                  .header = options.header != Header::absent,
                  .encoding = out.taker_->source().encoding(),
                  .decimal = options.decimal,
                  .thousands = options.thousands};
  return out;
}

Result<> CsvReader::sniff(const CsvOptions& options) {
  auto begin = taker_->peek(kSniffed);
  if (!begin) return std::move(begin).fail();
  std::string marks(1, options.decimal);
  if (options.thousands) marks += *options.thousands;
  auto found = sniff_delimiter(*begin, options.quote, options.comment, marks);
  if (!found) return std::move(found).context(path());
  taker_->syntax().delimiter = *found;
  return {};
}

const std::string& CsvReader::path() const {
  return taker_->source().name();
}
std::uint64_t CsvReader::size() const {
  return taker_->source().size();
}
std::uint64_t CsvReader::bytes_read() const {
  return taker_->source().bytes_read();
}
Digest CsvReader::digest() {
  return taker_->source().digest();
}

std::uint64_t CsvReader::offset() const {
  return block_->offset +
         (row_ < index_->rows() ? index_->starts[row_] : block_->size);
}

Result<> CsvReader::rewind() {
  auto begun = taker_->rewind();
  if (!begun) return begun;
  block_->size = 0;
  *index_ = {};
  row_ = 0;
  counted_ = 0;
  line_ = block_line_ = taker_->first_line();
  return {};
}

/// False at the end of the file.
Result<bool> CsvReader::next_block() {
  line_ +=
      count_lines(block_->text().substr(counted_), block_->size - counted_);
  block_line_ = line_;
  counted_ = 0;
  row_ = 0;
  auto taken = taker_->take(*block_);
  if (!taken || !*taken) {
    *index_ = {};
    block_->size = 0;
    return taken;
  }
  index_block(*block_, taker_->syntax(), taker_->scanner(), {}, *index_);
  if (progress_ && !progress_(block_->read, size())) {
    return Error{Fault::cancelled, "interrupted"};
  }
  return true;
}

Result<bool> CsvReader::next(Record& record) {
  for (;;) {
    if (row_ < index_->rows()) {
      give(record);
      const bool blank = record.fields.size() == 1 &&
                         record.fields[0].text.empty() &&
                         !record.fields[0].quoted;
      if (!blank || one_column_) return true;
      continue;
    }
    if (index_->problem) return problem();
    auto more = next_block();
    if (!more || !*more) return more;
  }
}

Error CsvReader::problem() const {
  const Problem& p = *index_->problem;
  return {Fault::data, path() + ":" + std::to_string(block_line_ + p.line) +
                           ":" + std::to_string(p.column) + ": " + p.what};
}

void CsvReader::give(Record& record) {
  const std::size_t start = index_->starts[row_];
  line_ += count_lines(block_->text().substr(counted_), start - counted_);
  counted_ = start;
  record.line = line_;
  record.fields.clear();
  unescaped_.clear();
  for (std::size_t i = 0; i < index_->fields(row_); ++i) {
    std::string scratch;
    Field field = field_text(raw_field(*block_, *index_, row_, i),
                             taker_->syntax(), scratch);
    if (field.text.data() == scratch.data() && !scratch.empty()) {
      field.text = unescaped_.emplace_back(std::move(scratch));
    }
    record.fields.push_back(field);
  }
  ++row_;
}

}  // namespace mlb::table
