// Random texts, any block size, against a simple machine over the whole text.
#include <catch2/catch.hpp>

#include <random>

#include "base/rng.h"
#include "table_world.h"

using namespace mlb;
using namespace mlb::table;

namespace {

/// One character at a time, nothing clever: what the rules say.
class Oracle {
 public:
  Reading read(const std::string& text) {
    for (std::size_t i = 0; i < text.size() && out_.error.empty(); ++i) {
      const bool pair =
          text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
      take(text[i], pair);
      if (pair && state_ != State::quoted) ++i;
    }
    if (!out_.error.empty()) return out_;
    if (state_ == State::quoted) {
      fail(open_line_, open_column_,
           "the quote that opens here is never closed");
    } else if (state_ != State::record_start) {
      end_record();
    }
    return out_;
  }

 private:
  enum class State { record_start, field_start, plain, quoted, quote_seen };

  void take(char c, bool pair) {
    if (state_ == State::quoted && c != '"') {
      field_ += c;
      count(c, pair);
      return;
    }
    if (state_ == State::quote_seen && c != '"' && c != ',' && c != '\n' &&
        c != '\r') {
      fail(line_, column_,
           "text after a closing quote; write a quote inside a quoted field "
           "twice");
      return;
    }
    if (c == '"') {
      quote();
    } else if (c == ',') {
      end_field();
      state_ = State::field_start;
    } else if (c == '\n' || c == '\r') {
      end_record();
    } else {
      field_ += c;
      state_ = State::plain;
    }
    count(c, pair);
  }

  void quote() {
    if (state_ == State::record_start || state_ == State::field_start) {
      state_ = State::quoted;
      was_quoted_ = true;
      open_line_ = line_;
      open_column_ = column_;
    } else if (state_ == State::quoted) {
      state_ = State::quote_seen;
    } else {
      if (state_ == State::quote_seen) state_ = State::quoted;
      field_ += '"';
    }
  }

  void count(char c, bool pair) {
    ++column_;
    if (c != '\n' && c != '\r') return;
    column_ = 1;
    if (!pair || state_ != State::quoted) ++line_;
  }

  void end_field() {
    fields_.push_back(std::move(field_));
    field_.clear();
  }

  void end_record() {
    end_field();
    if (fields_.size() > 1 || !fields_[0].empty() || was_quoted_) {
      out_.records.push_back(std::move(fields_));
      out_.lines.push_back(begun_);
    }
    fields_.clear();
    was_quoted_ = false;
    state_ = State::record_start;
    begun_ = line_ + 1;
  }

  void fail(std::uint64_t line, std::uint64_t column, const std::string& what) {
    out_.error =
        ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + what;
  }

  Reading out_;
  State state_ = State::record_start;
  std::vector<std::string> fields_;
  std::string field_;
  bool was_quoted_ = false;
  std::uint64_t line_ = 1, column_ = 1, begun_ = 1;
  std::uint64_t open_line_ = 0, open_column_ = 0;
};

std::string random_csv(Rng& rng) {
  const std::vector<std::string> pieces{
      "a",  "bc",   ",",  ",",        "\n",
      "\n", "\r\n", "\r", "\"",       "\"\"",
      "1",  "-2.5", " ",  "\xc3\xa9", "\xf0\x9f\x98\x80"};
  std::string out;
  const std::uint64_t length = 1 + rng.below(200);
  // Some texts have few quotes, so that whole files are read, too.
  const bool sober = rng.below(2) == 0;
  while (out.size() < length) {
    const std::string& piece = pieces[rng.below(pieces.size())];
    if (sober && piece[0] == '"') {
      out += ",\"q,\"\"\r\n\"";
    } else {
      out += piece;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("any block size reads what a simple machine reads") {
  const std::uint64_t seed = std::random_device{}();
  CAPTURE(seed);
  Rng rng(seed);
  const Folder folder;
  int whole = 0;
  for (int round = 0; round < 1500; ++round) {
    const std::string text = random_csv(rng);
    const std::string path = folder.put("f.csv", text);
    const Reading want = Oracle().read(text);
    whole += want.error.empty() ? 1 : 0;
    CAPTURE(round, text);
    for (const std::size_t block :
         {std::size_t{1}, std::size_t{2}, std::size_t{3}, 1 + rng.below(64),
          std::size_t{65536}}) {
      CAPTURE(block);
      CsvOptions options;
      options.block = block;
      options.delimiter = ',';
      const Reading got = read_file_as_csv(path, options);
      REQUIRE(got.error == want.error);
      REQUIRE(got.records == want.records);
      REQUIRE(got.lines == want.lines);
    }
  }
  CHECK(whole > 200);
}

TEST_CASE("a bad byte is found at the same place for every block size") {
  const std::string text =
      "a,\xc3\xa9\xf0\x9f\x98\x80\n1,\"x\n\xf0\x9f\x98\"\n";
  CsvOptions options;
  options.delimiter = ',';
  const Reading want = read_csv(text, options);
  CHECK(want.error.starts_with(":3:1: byte 0xf0 at offset 14 "));
  for (std::size_t block = 1; block < text.size() + 2; ++block) {
    CAPTURE(block);
    options.block = block;
    CHECK(read_csv(text, options) == want);
  }
}

TEST_CASE("the dialect and the types do not depend on the block size") {
  std::string text = "id;price;name\n";
  for (int i = 0; i < 9000; ++i) {
    text += std::to_string(i) + ";" + std::to_string(i) + ".5;\"a,b\"\n";
  }
  text += "x;y;z\n";
  CsvOptions options;
  const Json want = to_json(inspected(text, options));
  for (const std::size_t block : {64u, 1000u, 65536u, 1u << 20}) {
    options.block = block;
    CHECK(to_json(inspected(text, options)) == want);
  }
}
