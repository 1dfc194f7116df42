// Remembers what it is told about the index.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cache/index_keeper.h"

namespace larder::testing {

class RecordingIndexObserver final : public cache::IndexObserver {
 public:
  struct Replaced {
    Error why;
    std::filesystem::path moved_to;
    bool restored_from_copy;
  };

  void index_replaced(const Error& why, const std::filesystem::path& moved_to,
                      bool restored_from_copy) override {
    replaced.push_back({why, moved_to, restored_from_copy});
  }
  void index_trouble(const Error& why) override { troubles.push_back(describe(why)); }

  std::vector<Replaced> replaced;
  std::vector<std::string> troubles;
};

}  // namespace larder::testing
