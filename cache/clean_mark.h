// Whether the last run came to an orderly end: `<root>/clean`.
//
// Only after one do index and files agree for certain; else a walk over both must make them agree
// (Store::reconcile). Thread-safety: none. Blocks: on disk.
#pragma once

#include <filesystem>

#include "cache/files.h"

namespace larder::cache {

class CleanMark {
 public:
  // `files` must outlive this.
  CleanMark(Files& files, std::filesystem::path root) : files_(files), root_(std::move(root)) {}

  // Whether the mark is there. It is gone for good when this returns, before anything changes.
  // Returns: an error when it may still be there: after a crash it would lie.
  Result<bool> take();
  // For the last step of an orderly stop.
  Status set();

 private:
  std::filesystem::path path() const { return root_ / "clean"; }

  Files& files_;
  const std::filesystem::path root_;
};

}  // namespace larder::cache
