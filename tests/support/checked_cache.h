// A cache on an in-memory disk and index, and the ways a disk goes bad.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "cache/blob_files.h"
#include "cache/blob_folders.h"
#include "tests/support/bytes.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_files.h"
#include "tests/support/memory_index.h"

namespace larder::testing {

inline std::filesystem::path blob_path(const std::filesystem::path& root,
                                       const cache::Digest& digest) {
  return root / "blobs" / to_string(digest.algorithm()) / digest.hex().substr(0, 2) / digest.hex();
}

class CheckedCache : public ::testing::Test {
 protected:
  // Of the blob with these bytes: the file, the record, both.
  cache::Digest put_file(const std::string& bytes) {
    const cache::Digest digest = digest_of_text(bytes);
    put_bytes(blob_path(root_, digest), bytes);
    return digest;
  }
  cache::Digest put_record(const std::string& bytes) {
    const cache::Digest digest = digest_of_text(bytes);
    CHECK(index_.put_blob(digest, {bytes.size(), "a/type", clock_.wall()}, std::nullopt).ok());
    return digest;
  }
  cache::Digest put_blob(const std::string& bytes) {
    put_record(bytes);
    return put_file(bytes);
  }

  // Other bytes than a file had, or bytes where none should be.
  void put_bytes(const std::filesystem::path& path, const std::string& bytes) {
    CHECK(files_.make_directories(path.parent_path()).ok());
    CHECK(files_.create(path).value()->write_at(0, bytes_of(bytes)).ok());
  }
  void rot(const cache::Digest& digest, const std::string& bytes) {
    put_bytes(blob_path(root_, digest), bytes);
  }

  bool has_file(const cache::Digest& digest) { return blob_files_.find(digest).ok(); }
  std::string file_bytes(const cache::Digest& digest) {
    const auto file = blob_files_.find(digest);
    return file ? text_of(**file) : describe(file.error());
  }
  std::optional<cache::BlobRecord> record(const cache::Digest& digest) const {
    return index_.find_blob(digest).value();
  }

  const std::filesystem::path root_ = "/cache";
  MemoryFiles files_;
  MemoryIndex index_;
  FakeClock clock_;
  cache::BlobFiles blob_files_ = cache::BlobFiles::open(files_, root_).value();
};

}  // namespace larder::testing
