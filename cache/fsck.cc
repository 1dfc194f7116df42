#include "cache/fsck.h"

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "cache/directory_lock.h"
#include "cache/fsck_pass.h"
#include "cache/index_directories.h"
#include "cache/index_keeper.h"
#include "cache/lmdb_index.h"
#include "cache/lmdb_reading.h"
#include "cache/posix_files.h"

namespace larder::cache {

namespace {

// No index: there is none that can be used, and the report says why.
using OpenedIndex = Result<std::unique_ptr<Index>>;

Finding index_finding(std::string detail) {
  return {FindingKind::dangling_record, "index", std::move(detail)};
}

class IndexFindings final : public IndexObserver {
 public:
  explicit IndexFindings(CheckReport& report) : report_(report) {}

  void index_replaced(const Error& why, const std::filesystem::path& moved_to,
                      bool restored_from_copy) override {
    Finding finding = index_finding(why.context);
    if (!moved_to.empty()) finding.detail += "; moved to " + moved_to.string();
    finding.detail += restored_from_copy ? "; made again from its copy and the files"
                                         : "; made again from the files";
    finding.repaired = true;
    report_.add(std::move(finding));
  }

  // A damaged copy is gone after this.
  void index_trouble(const Error& why) override {
    Finding finding = index_finding(why.context);
    finding.repaired = why.code == Errc::corrupt;
    report_.add(std::move(finding));
  }

 private:
  CheckReport& report_;
};

// With the mark the whole index is read before it is used, as after a crash over a bad page.
OpenedIndex open_to_repair(const FsckOptions& options, const Clock& clock,
                           IndexObserver& observer) {
  const IndexDirectories directories(options.directory);
  if (directories.has_index()) {
    const auto mark = PosixFiles().create(directories.mark());
    if (!mark) return mark.error();
  }
  auto keeper = IndexKeeper::open({.cache = options.directory, .reader = options.index_reader},
                                  clock, observer);
  if (!keeper) return keeper.error();
  return std::unique_ptr<Index>(*std::move(keeper));
}

OpenedIndex without_index(CheckReport& report, std::string detail) {
  report.add(index_finding(std::move(detail)));
  return std::unique_ptr<Index>();
}

Status read_whole(const IndexReaderProgram& reader, const LmdbIndexOptions& options) {
  Result<IndexReading> reading = IndexReading::start(reader, options, IndexReading::Access::alone);
  return reading ? reading->wait() : Status(reading.error());
}

OpenedIndex open_to_look(const FsckOptions& options, CheckReport& report) {
  const IndexDirectories directories(options.directory);
  if (!directories.has_index()) {
    if (directories.has_blobs()) return without_index(report, "it is missing");
    return std::unique_ptr<Index>();
  }
  const LmdbIndexOptions lmdb{.directory = directories.index()};
  const Status good = read_whole(options.index_reader, lmdb);
  if (!good && good.error().code == Errc::corrupt) {
    return without_index(report, good.error().context);
  }
  if (!good) return good.error();
  auto index = LmdbIndex::open_unchanged(lmdb);
  if (index) return std::unique_ptr<Index>(*std::move(index));
  if (index.error().code != Errc::denied) return without_index(report, index.error().context);
  Finding old = index_finding("of an older Larder; a repair or the next start converts it");
  old.harmless = true;
  report.add(std::move(old));
  return std::unique_ptr<Index>();
}

Status check_is_cache(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::is_directory(directory / "blobs", error)) return {};
  if (error && error.value() != ENOENT) {
    return from_errno("open " + directory.string(), error.value());
  }
  return Error{Errc::not_found, directory.string() + " holds no cache of Larder"};
}

}  // namespace

Result<CheckReport> fsck(const FsckOptions& options, const Clock& clock) {
  const auto& directory = options.directory;
  if (Status is_cache = check_is_cache(directory); !is_cache) return is_cache.error();
  const Result<DirectoryLock> lock =
      options.repair ? DirectoryLock::take(directory) : DirectoryLock::take_if_there(directory);
  if (!lock) return lock.error();

  CheckReport report;
  report.started_at = clock.wall();
  IndexFindings findings(report);
  const OpenedIndex index =
      options.repair ? open_to_repair(options, clock, findings) : open_to_look(options, report);
  if (!index) return index.error();

  PosixFiles files;
  BlobFiles blob_files = BlobFiles::at(files, directory);
  run_fsck_pass({.blob_files = blob_files,
                 .folders = BlobFolders(files, directory),
                 .index = index->get(),
                 .clock = clock,
                 .repair = options.repair,
                 .progress = options.progress},
                report);
  return report;
}

}  // namespace larder::cache
