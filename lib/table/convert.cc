// The second pass: typed values into the file.  See convert.h.
#include "table/convert.h"

#include "table/csv_pipeline.h"
#include "table/dataset_writer.h"
#include "table/judging.h"
#include "table/pass.h"
#include "table/piece.h"

namespace mlb::table {
namespace {

/// A block and its typed values.
struct PieceLoad {
  Block block;
  Index index;
  std::vector<Piece> pieces;
  bool good = true;
};

/// Converts in threads and writes in order.
class Conversion {
 public:
  Conversion(CsvFile& file, const CsvOptions& options, const Judged& judged,
             DatasetWriter& writer, const ReadProgress& progress)
      : file_(file),
        rule_(file.rule()),
        columns_(judged.inspection.columns.size()),
        writer_(writer),
        progress_(progress),
        checksum_(judged.checksum) {
    rule_.check_text = false;  // the first pass has looked
    const Syntax& syntax = file.reader().taker().syntax();
    for (unsigned i = 0; i < thread_count(options); ++i) {
      makers_.emplace_back(syntax, file.missing(), file.form(),
                           judged.inspection.columns, judged.levels);
    }
  }

  void work(PieceLoad& load, unsigned worker) {
    BlockTaker& taker = file_.reader().taker();
    index_block(load.block, taker.syntax(), taker.scanner(), rule_, load.index);
    load.good = !load.index.problem;
    if (!load.good) return;
    load.pieces.resize(columns_);
    load.good = makers_[worker].make(load.block, load.index, load.pieces);
  }

  Result<> commit(PieceLoad& load) {
    rows_ += load.index.rows();
    if (!load.good) return changed();
    auto done = writer_.append(load.pieces, load.index.rows());
    if (!done) return done;
    if (progress_ && !progress_(load.block.read, file_.reader().size())) {
      return Error{Fault::cancelled, "interrupted"};
    }
    return {};
  }

  /// The bytes must be those of the first pass.
  Result<> check(const Inspection& inspection) {
    const bool same = rows_ == inspection.rows &&
                      file_.reader().taker().source().checksum() == checksum_;
    return same ? Result<>() : changed();
  }

 private:
  Error changed() const {
    return {Fault::data, file_.path() + ": changed while it was read"};
  }

  CsvFile& file_;
  RowRule rule_;
  std::size_t columns_;
  DatasetWriter& writer_;
  const ReadProgress& progress_;
  std::uint64_t checksum_;
  std::vector<PieceMaker> makers_;  ///< one a thread
  std::uint64_t rows_ = 0;
};

Result<> write_csv(CsvFile& file, const ConvertOptions& options,
                   const Judged& judged, const std::string& out_path,
                   const ReadProgress& progress) {
  auto begun = file.reader().rewind();
  if (!begun) return begun;
  const unsigned threads = thread_count(options.csv);
  auto writer = DatasetWriter::create(out_path, judged.inspection,
                                      {.source = file.path(),
                                       .compress = options.compress,
                                       .threads = threads});
  if (!writer) return std::move(writer).fail();
  Conversion conversion(file, options.csv, judged, *writer, progress);
  Pipeline<PieceLoad> pipeline(
      file.reader().taker(), threads,
      [&](PieceLoad& load, unsigned worker) { conversion.work(load, worker); },
      [&](PieceLoad& load) { return conversion.commit(load); });
  auto done = pipeline.run();
  if (done) done = conversion.check(judged.inspection);
  if (done) done = writer->finish(judged.levels);
  return done;
}

}  // namespace

Result<Inspection> inspect_csv(const std::string& path,
                               const CsvOptions& options,
                               const ReadProgress& progress) {
  auto file = CsvFile::open(path, options);
  if (!file) return std::move(file).fail();
  auto judged = judge_csv(*file, options, progress);
  if (!judged) return std::move(judged).fail();
  return std::move(judged->inspection);
}

Result<Inspection> convert_csv(const std::string& csv_path,
                               const std::string& out_path,
                               const ConvertOptions& options,
                               const ReadProgress& progress) {
  auto file = CsvFile::open(csv_path, options.csv);
  if (!file) return std::move(file).fail();
  // Two passes over the file make one measure of progress.
  const auto part = [&](std::uint64_t passes) -> ReadProgress {
    if (!progress) return {};
    return [&progress, passes](std::uint64_t done, std::uint64_t total) {
      return progress(passes * total + done, 2 * total);
    };
  };
  auto judged = judge_csv(*file, options.csv, part(0));
  if (!judged) return std::move(judged).fail();
  auto written = write_csv(*file, options, *judged, out_path, part(1));
  if (!written) return std::move(written).fail();
  return std::move(judged->inspection);
}

}  // namespace mlb::table
