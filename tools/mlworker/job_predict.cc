// See job_predict.h.
#include "job_predict.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <new>

#include "base/file.h"
#include "base/json.h"
#include "base/time.h"
#include "base/units.h"
#include "job_model.h"
#include "prep/columns.h"
#include "table/convert.h"
#include "wire/wire.h"

namespace mlb::job_program {
namespace {

constexpr Millis kProgressEvery{100};

Error usage(const std::string& message) {
  return {Fault::usage, message};
}

Result<> add_words(const CsvWords& words, CsvSpec& out) {
  const auto set = [](const auto& word, auto& to) {
    if (word) to = *word;
  };
  set(words.delimiter, out.delimiter);
  set(words.quote, out.quote);
  set(words.escape, out.escape);
  set(words.comment, out.comment);
  set(words.decimal, out.decimal);
  set(words.thousands, out.thousands);
  set(words.skip, out.skip);
  set(words.missing, out.missing);
  if (words.header) out.header = words.header;
  if (words.encoding) {
    out.encoding = *words.encoding == "utf-8"    ? CsvEncoding::utf8
                   : *words.encoding == "utf-16" ? CsvEncoding::utf16
                   : *words.encoding == "latin1" ? CsvEncoding::latin1
                   : *words.encoding == "cp1252" ? CsvEncoding::cp1252
                                                 : CsvEncoding::automatic;
  }
  if (words.ragged) {
    out.ragged = *words.ragged == "fill"   ? CsvRagged::fill
                 : *words.ragged == "skip" ? CsvRagged::skip
                                           : CsvRagged::error;
  }
  if (!words.max_field) return {};
  const auto size = parse_size(*words.max_field);
  if (!size || *size == 0 || *size > table::kMostRecord) {
    return usage("--max-field is '" + *words.max_field +
                 "'; want a size such as 64M, at most 1G");
  }
  out.max_field = *size;
  return {};
}

Result<> check_marks(const table::CsvOptions& csv) {
  const std::optional<char> marks[] = {csv.delimiter, csv.quote, csv.escape,
                                       csv.comment};
  for (const auto* a = std::begin(marks); a != std::end(marks); ++a) {
    if (*a == '\n' || *a == '\r') {
      return usage(
          "a line end cannot be a delimiter, quote, escape or comment");
    }
    for (const auto* b = std::begin(marks); b != a; ++b) {
      if (*a && *a == *b) {
        return usage(
            "two of --delimiter, --quote, --escape and --comment are the same "
            "character");
      }
    }
  }
  if (csv.thousands == csv.decimal) {
    return usage("--thousands and --decimal are the same character");
  }
  return {};
}

Result<table::CsvOptions> csv_options(const CsvWords& words,
                                      const learn::StoredModel& model) {
  JobSpec spec;
  spec.csv = csv_as_in_training({}, model);
  auto added = add_words(words, spec.csv);
  if (!added) return std::move(added).fail();
  if (spec.csv.decimal != "." && spec.csv.decimal != ",") {
    return usage("--decimal is '" + spec.csv.decimal + "'; want . or ,");
  }
  auto out = prep::csv_options(spec);
  if (!out) {
    // "csv.quote: 'xx' is not one character"
    std::string message = out.error().message;
    if (message.starts_with("csv.")) message.replace(0, 4, "--");
    return usage(message);
  }
  auto good = check_marks(*out);
  if (!good) return std::move(good).fail();
  return out;
}

/// A file that is not there yet, or standard output.
class Output {
 public:
  static Result<Output> open(const std::string& path) {
    Output out;
    out.path_ = path;
    if (path == "-") return out;
    out.file_ =
        Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!out.file_) return Error{Fault::data, path + ": " + errno_text(errno)};
    return out;
  }
  Result<> write(std::string_view text) {
    auto written =
        write_all(file_ ? file_.get() : STDOUT_FILENO, view_of(text));
    if (written) return written;
    return std::move(written).context(file_ ? path_ : "standard output");
  }
  Result<> finish() {
    if (!file_ || ::fsync(file_.get()) == 0) return {};
    return Error{Fault::data, path_ + ": " + errno_text(errno)};
  }

 private:
  std::string path_;
  Fd file_;
};

/// The predictions as a data set: what is known of the columns is fixed.
Result<> convert(const std::string& csv, const PredictRequest& request,
                 const prep::Plan& plan) {
  table::ConvertOptions options;
  options.csv.delimiter = ',';
  options.csv.header = table::Header::present;
  options.csv.threads = request.threads;
  const auto rule = [&](const std::string& name, ColumnType type) {
    options.csv.columns.push_back({.pattern = name, .type = type});
  };
  rule("row", ColumnType::integer);
  const auto names =
      learn::PredictionFields(plan, request.options.probabilities).names();
  rule("prediction",
       plan.task == prep::Task::classification ? ColumnType::category
       : plan.task == prep::Task::regression   ? ColumnType::real
                                               : ColumnType::integer);
  for (std::size_t i = 1; i < names.size(); ++i) {
    rule(names[i], ColumnType::real);
  }
  auto done = table::convert_csv(csv, request.output, options);
  if (!done) return std::move(done).fail();
  return {};
}

/// Lines of JSON on a descriptor.
class Report {
 public:
  explicit Report(int fd) : fd_(fd) {}
  void line(const char* key, const Json& value) const {
    const std::string text =
        Json{{key, value}}.dump(-1, ' ', false, Json::error_handler_t::replace);
    // A client that is gone reads nothing.
    (void)!write_all(fd_, view_of(text + "\n"));
  }
  void progress(std::uint64_t done, std::uint64_t total) {
    const Millis now = read_clock().mono;
    if (now - last_ < kProgressEvery) return;
    last_ = now;
    line("progress", {done, total});
  }

 private:
  int fd_;
  Millis last_{0};
};

Result<learn::PredictSummary> predict_file(
    const std::string& model, const CsvWords& words,
    const PredictRequest& request, const table::ReadProgress& progress) {
  auto loaded = read_model(model);
  if (!loaded) return std::move(loaded).context(model);
  auto csv = csv_options(words, *loaded);
  if (!csv) return std::move(csv).fail();
  return predict(*loaded, *csv, request, progress);
}

}  // namespace

CsvSpec csv_as_in_training(const CsvSpec& said,
                           const learn::StoredModel& model) {
  const auto record = wire::decode_spec(model.record);
  if (!record) return said;
  CsvSpec out = record->csv;
  const CsvSpec plain;
  const auto take = [&](auto member) {
    if (said.*member != plain.*member) out.*member = said.*member;
  };
  take(&CsvSpec::delimiter);
  take(&CsvSpec::quote);
  take(&CsvSpec::header);
  take(&CsvSpec::missing);
  take(&CsvSpec::max_field);
  take(&CsvSpec::escape);
  take(&CsvSpec::comment);
  take(&CsvSpec::encoding);
  take(&CsvSpec::decimal);
  take(&CsvSpec::thousands);
  take(&CsvSpec::skip);
  take(&CsvSpec::ragged);
  return out;
}

Result<learn::PredictSummary> predict(const learn::StoredModel& model,
                                      const table::CsvOptions& csv,
                                      const PredictRequest& request,
                                      const table::ReadProgress& progress) {
  const bool h5 = request.format == PredictFormat::h5;
  const auto beside =
      std::filesystem::path(request.output).replace_filename("predictions.csv");
  const std::string path = h5 ? beside.string() : request.output;
  auto output = Output::open(path);
  if (!output) return std::move(output).fail();
  table::CsvOptions reading = csv;
  reading.threads = request.threads;
  auto summary = learn::predict_file(
      model, request.input, reading, request.options,
      [&](std::string_view text) { return output->write(text); }, progress);
  if (!summary) return summary;
  auto done = h5 ? convert(path, request, model.plan) : output->finish();
  if (h5) ::unlink(path.c_str());
  if (!done) return std::move(done).fail();
  return summary;
}

int predict_for_client(const std::string& model, const CsvWords& words,
                       const PredictRequest& request, int report_fd) try {
  Report report(report_fd);
  const auto tell = [&](std::uint64_t read, std::uint64_t total) {
    report.progress(read, total);
    return true;
  };
  auto done = predict_file(model, words, request, tell);
  if (!done) {
    report.line("error", done.error().message);
    return exit_code(done.error().fault);
  }
  for (const auto& warning : done->warnings) report.line("warning", warning);
  return 0;
} catch (const std::bad_alloc&) {
  Report(report_fd).line("error", "out of memory");
  return exit_code(Fault::data);
}

}  // namespace mlb::job_program
