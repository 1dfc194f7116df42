// The file system as the cache sees it: the one seam to the disk, so that tests can make it fail.
//
// PosixFiles is the real one (posix_files.h). Every error carries the call and the path.
// Thread-safety: any thread, except that one File is written by one thread per byte range.
// Blocks: on disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cache/base/result.h"

namespace larder::cache {

// One open regular file; closed on destruction.
class File {
 public:
  virtual ~File() = default;

  // Reads at most buffer.size() bytes at `offset`. Returns: how many; 0 at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) const = 0;

  // As read_at(), for bytes nobody will soon read again: what was not in memory before is dropped
  // from it again, what was (because others read it) stays. Reads nothing ahead.
  virtual Result<std::size_t> read_once_at(std::uint64_t offset,
                                           std::span<std::byte> buffer) const {
    return read_at(offset, buffer);
  }

  // Lets go of what memory has of the file, so that the next reading is one of the disk. A hint.
  virtual void drop_cached() const {}

  // Writes all of `bytes` at `offset`, leaving a hole before it if need be.
  // Returns: no_space when the disk is full; what was written before that is unspecified.
  virtual Status write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;

  // Returns when the data is on stable storage (fdatasync).
  virtual Status sync() = 0;

  virtual Result<std::uint64_t> size_bytes() const = 0;
  // What it takes on disk, holes left out.
  virtual Result<std::uint64_t> disk_bytes() const = 0;

  // For sendfile(2); -1 when there is no descriptor behind this file (tests).
  virtual int descriptor() const = 0;

  // Nobody opens it for writing by accident any more; whoever has it open may go on.
  virtual Status make_read_only() = 0;
};

struct Space {
  std::uint64_t total_bytes;
  std::uint64_t available_bytes;  // to us, without the blocks reserved for root
};

struct DirectoryEntry {
  std::string name;
  bool is_directory;
  std::uint64_t size_bytes;      // of a regular file
  std::uint64_t disk_bytes = 0;  // what it takes, holes left out
};

class Files {
 public:
  virtual ~Files() = default;

  // A new empty file for reading and writing; one that was there is emptied.
  virtual Result<std::unique_ptr<File>> create(const std::filesystem::path& path) = 0;
  // Returns: not_found.
  virtual Result<std::unique_ptr<File>> open_read(const std::filesystem::path& path) = 0;
  virtual Result<std::unique_ptr<File>> open_write(const std::filesystem::path& path) = 0;

  // Atomic; replaces `to`. Lasting only after sync_directory() of the parent.
  virtual Status rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  // Absent is fine.
  virtual Status remove(const std::filesystem::path& path) = 0;
  virtual Status sync_directory(const std::filesystem::path& path) = 0;
  // With parents, mode 0700; existing is fine. New entries are made lasting.
  virtual Status make_directories(const std::filesystem::path& path) = 0;
  // Unsorted, without . and .. ; not_found.
  virtual Result<std::vector<DirectoryEntry>> list(const std::filesystem::path& path) = 0;
  virtual Result<Space> space(const std::filesystem::path& path) = 0;
};

}  // namespace larder::cache
