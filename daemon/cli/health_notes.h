// Where the health of upstreams' endpoints is kept: among the index's notes.
//
// Thread-safety: any thread. Blocks: on the index.
#pragma once

#include "cache/index.h"
#include "daemon/upstream/health_book.h"

namespace larder::cli {

class HealthNotes final : public upstream::HealthStore {
 public:
  // `index` must outlive this.
  explicit HealthNotes(cache::Index& index) : index_(index) {}

  Result<std::optional<std::string>> load(const std::string& name) override {
    return index_.find_note(name);
  }
  Status save(const std::string& name, const std::string& text) override {
    return index_.put_note(name, text);
  }

 private:
  cache::Index& index_;
};

}  // namespace larder::cli
