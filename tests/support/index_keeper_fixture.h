// A cache directory with an index in it that is kept, damaged, copied and lost.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cache/index_directories.h"
#include "cache/index_keeper.h"
#include "tests/support/fake_clock.h"
#include "tests/support/index_files.h"
#include "tests/support/index_oracle.h"
#include "tests/support/index_reader_program.h"
#include "tests/support/recording_index_observer.h"
#include "tests/support/temp_directory.h"

namespace larder::testing {

class IndexKeeperFixture : public ::testing::Test {
 protected:
  static constexpr int kBlobs = 200;

  std::unique_ptr<cache::IndexKeeper> open() {
    return cache::IndexKeeper::open(options_, clock_, observer_).value();
  }
  // A filled and closed index; with_copy: and its hot copy.
  void fill(bool with_copy = false) {
    const auto index = open();
    ASSERT_TRUE(fill_with_numbers(*index, kBlobs).ok());
    if (!with_copy) return;
    ASSERT_TRUE(index->copy_now().ok());
  }

  // Ticks until the reader has ended that reads the index beside us.
  void hear_reading(cache::IndexKeeper& index) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (index.is_being_read()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      std::this_thread::yield();
      index.tick();
    }
  }

  std::filesystem::path data() const { return directories_.index() / "data.mdb"; }
  std::filesystem::path copy() const { return directories_.copy() / "data.mdb"; }
  void overwrite_with_garbage(const std::filesystem::path& file) const {
    write_over(file, 0, std::string(std::filesystem::file_size(file), 'g'));
  }
  void leave_mark() const { std::ofstream(directories_.mark()) << ""; }
  std::vector<std::filesystem::path> asides() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      if (entry.path().filename().string().starts_with("index-damaged-")) {
        found.push_back(entry.path());
      }
    }
    return found;
  }

  TempDirectory directory_;
  cache::IndexDirectories directories_{directory_.path()};
  cache::IndexKeeperOptions options_{
      .cache = directory_.path(), .reader = index_reader(), .map_bytes = 16 << 20};
  FakeClock clock_;
  RecordingIndexObserver observer_;
};

}  // namespace larder::testing
