#include "tests/support/file_faults.h"

#include "cache/base/check.h"

namespace larder::testing {

namespace {

constexpr std::array<std::string_view, kFileCalls> kCallNames = {
    "create", "open_read", "open_write", "read",   "write",          "sync",
    "size",   "chmod",     "rename",     "remove", "sync_directory", "make_directories",
    "list",   "space"};

}  // namespace

std::string_view to_string(FileCall call) {
  return kCallNames[static_cast<std::size_t>(call)];
}

bool is_change(FileCall call) {
  switch (call) {
    case FileCall::create:
    case FileCall::write:
    case FileCall::sync:
    case FileCall::make_read_only:
    case FileCall::rename:
    case FileCall::remove:
    case FileCall::sync_directory:
    case FileCall::make_directories:
      return true;
    default:
      return false;
  }
}

void FileFaults::fail(FileCall call, Errc code, std::size_t nth) {
  CHECK(nth > 0);
  faults_.insert_or_assign(call, Fault{code, nth});
}

void FileFaults::fail_always(FileCall call, Errc code) {
  faults_.insert_or_assign(call, Fault{code, 0});
}

void FileFaults::fail_at_random(FileCall call, Errc code, unsigned per_mille) {
  odds_[{call, code}] = per_mille;
}

void FileFaults::mend() {
  faults_.clear();
  odds_.clear();
  changes_left_.reset();
}

std::optional<FileFaults::Failure> FileFaults::enter(FileCall call) {
  ++calls_[static_cast<std::size_t>(call)];
  if (is_dead()) return Failure{Errc::io, 0};
  if (is_change(call)) {
    ++changes_;
    if (changes_left_) --*changes_left_;
  }
  auto fault = take_fault(call);
  return fault ? fault : draw(call);
}

// A write that fails with no_space has written its first half, any other nothing.
std::optional<FileFaults::Failure> FileFaults::take_fault(FileCall call) {
  const auto found = faults_.find(call);
  if (found == faults_.end()) return std::nullopt;
  const Errc code = found->second.code;
  const Failure failure{code, code == Errc::no_space ? 500U : 0U};
  if (found->second.nth == 0) return failure;
  if (--found->second.nth > 0) return std::nullopt;
  faults_.erase(found);
  return failure;
}

std::optional<FileFaults::Failure> FileFaults::draw(FileCall call) {
  for (const auto& [fault, per_mille] : odds_) {
    if (fault.first != call || !random_.chance(per_mille)) continue;
    return Failure{fault.second, static_cast<unsigned>(random_.below(1000))};
  }
  return std::nullopt;
}

}  // namespace larder::testing
