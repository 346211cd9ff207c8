// Typed values into the file, from the spool (spool.h).  See convert.h.
#include "table/convert.h"

#include <malloc.h>

#include <thread>

#include "table/csv_pipeline.h"
#include "table/dataset_writer.h"
#include "table/judging.h"
#include "table/pass.h"
#include "table/piece.h"

namespace mlb::table {
namespace {

/// A block and its typed values.
struct PieceLoad {
  Block block;  ///< only its number, unless the text is read again
  Index index;
  std::string buffer;
  std::vector<Piece> pieces;
  std::vector<Cells> cells;  ///< in the pieces or in the buffer
  std::size_t rows = 0;
  Result<> made;
};

/// Converts in threads and writes in order.
class Conversion {
 public:
  Conversion(CsvFile& file, const Judged& judged, const Spool& spool,
             DatasetWriter& writer, const ReadProgress& progress)
      : file_(file),
        rule_(file.rule()),
        judged_(judged),
        spool_(spool),
        writer_(writer),
        progress_(progress) {
    rule_.check_text = false;  // the first pass has looked
    const Syntax& syntax = file.reader().taker().syntax();
    const auto& columns = judged.inspection.columns;
    for (unsigned i = 0; i < file.threads(); ++i) {
      makers_.emplace_back(syntax, file.missing(), file.form(), judged);
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      for (const StoredAs& as : spool.stored(i)) {
        reads_again_ |= !can_become(as, columns[i]);
      }
    }
  }

  /// Whether some values must be read from the CSV a second time.
  bool reads_again() const { return reads_again_; }

  Result<bool> take(PieceLoad& load) {
    if (reads_again_) return file_.reader().taker().take(load.block);
    load.block.number = next_;
    return next_++ < spool_.blocks();
  }

  void work(PieceLoad& load, unsigned worker) {
    load.made = make(load, makers_[worker]);
  }

  Result<> commit(PieceLoad& load) {
    if (!load.made) return load.made;
    rows_ += load.rows;
    auto done = writer_.append(load.cells, load.rows);
    if (!done) return done;
    const std::uint64_t size = file_.reader().size();
    const std::uint64_t read =
        reads_again_ ? load.block.read
                     : size * (load.block.number + 1) / spool_.blocks();
    if (progress_ && !progress_(read, size)) {
      return Error{Fault::cancelled, "interrupted"};
    }
    return {};
  }

  /// What was read again must be what was read first.
  Result<> check() {
    const auto& source = file_.reader().taker().source();
    const bool same = rows_ == judged_.inspection.rows &&
                      (!reads_again_ || source.checksum() == judged_.checksum);
    return same ? Result<>() : changed();
  }

 private:
  Result<> make(PieceLoad& load, PieceMaker& maker) {
    const std::size_t number = load.block.number;
    if (number >= spool_.blocks()) return changed();
    load.rows = spool_.block(number).rows;
    if (reads_again_) {
      BlockTaker& taker = file_.reader().taker();
      index_block(load.block, taker.syntax(), taker.scanner(), rule_,
                  load.index);
      if (load.index.problem || load.index.rows() != load.rows) {
        return changed();
      }
    }
    auto bytes = spool_.bytes(number, load.buffer);
    if (!bytes) return std::move(bytes).fail();
    SpoolReader reader(*bytes, load.rows);
    const auto& columns = judged_.inspection.columns;
    load.pieces.resize(columns.size());
    load.cells.resize(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const StoredColumn from = reader.next();
      const auto cells =
          can_become(from.as, columns[i])
              ? maker.make(i, load.rows, from, load.pieces[i])
              : maker.make(load.block, load.index, i, load.pieces[i]);
      if (!cells) return changed();
      load.cells[i] = *cells;
    }
    return {};
  }

  Error changed() const {
    return {Fault::data, file_.path() + ": changed while it was read"};
  }

  CsvFile& file_;
  RowRule rule_;
  const Judged& judged_;
  const Spool& spool_;
  DatasetWriter& writer_;
  const ReadProgress& progress_;
  std::vector<PieceMaker> makers_;  ///< one a thread
  bool reads_again_ = false;
  std::size_t next_ = 0;
  std::uint64_t rows_ = 0;
};

/// Gives something back to the kernel, which takes a while: in a thread of its
/// own, unless one is all that there shall be.
template <class Work>
std::jthread beside(unsigned threads, Work work) {
  if (threads > 1) return std::jthread(work);
  work();
  return {};
}

Result<> write_csv(CsvFile& file, const ConvertOptions& options,
                   const Judged& judged, Spool& spool,
                   const std::string& out_path, const ReadProgress& progress) {
  const unsigned threads = file.threads();
  auto writer = DatasetWriter::create(
      out_path, judged.inspection,
      {.source =
           options.source_name.empty() ? file.path() : options.source_name,
       .compress = options.compress,
       .threads = threads});
  if (!writer) return std::move(writer).fail();
  Conversion conversion(file, judged, spool, *writer, progress);
  auto done = conversion.reads_again() ? file.reader().rewind() : Result<>();
  if (!done) return done;
  Pipeline<PieceLoad> pipeline(
      [&](PieceLoad& load) { return conversion.take(load); }, threads,
      [&](PieceLoad& load, unsigned worker) { conversion.work(load, worker); },
      [&](PieceLoad& load) { return conversion.commit(load); });
  done = pipeline.run();
  const auto drop = beside(threads, [&] { spool.restart(); });
  if (done) done = conversion.check();
  if (done) done = writer->finish(judged.levels);
  return done;
}

}  // namespace

Result<Inspection> inspect_csv(const std::string& path,
                               const CsvOptions& options,
                               const ReadProgress& progress) {
  auto file = CsvFile::open(path, options);
  if (!file) return std::move(file).fail();
  auto judged = judge_csv(*file, options, nullptr, progress);
  if (!judged) return std::move(judged).fail();
  return std::move(judged->inspection);
}

Result<Inspection> convert_csv(const std::string& csv_path,
                               const std::string& out_path,
                               const ConvertOptions& options,
                               const ReadProgress& progress) {
  auto file = CsvFile::open(csv_path, options.csv);
  if (!file) return std::move(file).fail();
  // Two passes make one measure of progress, in bytes of the file.  The second
  // one reads no text, and takes two fifths of the time (35 to 45 %).
  const auto part = [&](std::uint64_t before, std::uint64_t fifths) {
    if (!progress) return ReadProgress();
    return ReadProgress(
        [=, &progress](std::uint64_t done, std::uint64_t total) {
          if (total == 0) return progress(done, total);  // not known yet
          return progress((before * total + fifths * done) / 5, total);
        });
  };
  Spool spool(out_path, file->threads());
  auto judged = judge_csv(*file, options.csv, &spool, part(0, 3));
  if (!judged) return std::move(judged).fail();
  // What the threads of the judging had stays with their arenas otherwise.
  const auto trim = beside(file->threads(), [] { ::malloc_trim(0); });
  auto written =
      write_csv(*file, options, *judged, spool, out_path, part(3, 2));
  if (!written) return std::move(written).fail();
  return std::move(judged->inspection);
}

}  // namespace mlb::table
