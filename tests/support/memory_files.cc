#include "tests/support/memory_files.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace larder::testing {

namespace {

namespace fs = std::filesystem;
using cache::DirectoryEntry;
using cache::File;
using cache::Space;

constexpr std::array<std::string_view, kFileCalls> kCallNames = {
    "create", "open_read", "open_write", "read",   "write",          "sync",
    "size",   "chmod",     "rename",     "remove", "sync_directory", "make_directories",
    "list",   "space"};

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

fs::path normal(const fs::path& path) {
  const fs::path clean = path.lexically_normal();
  return clean.has_filename() ? clean : clean.parent_path();
}

Error not_found(const fs::path& path) {
  return {Errc::not_found, path.string() + ": not there"};
}

}  // namespace

class MemoryFiles::MemoryFile final : public File {
 public:
  MemoryFile(MemoryFiles& files, std::shared_ptr<Node> node, std::string name)
      : files_(files), node_(std::move(node)), name_(std::move(name)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) const override {
    MutexLock lock(files_.mutex_);
    if (Status entered = files_.enter(FileCall::read, name_); !entered) return entered.error();
    if (offset >= node_->bytes.size()) return std::size_t{0};
    const std::size_t size = std::min(buffer.size(), node_->bytes.size() - offset);
    std::memcpy(buffer.data(), node_->bytes.data() + offset, size);
    return size;
  }

  Status write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    MutexLock lock(files_.mutex_);
    Status entered = files_.enter(FileCall::write, name_);
    const bool half = !entered && entered.error().code == Errc::no_space;
    if (!entered && !half) return entered;
    if (half) bytes = bytes.first(bytes.size() / 2);
    if (bytes.empty()) return entered;
    node_->bytes.resize(std::max<std::size_t>(node_->bytes.size(), offset + bytes.size()));
    std::memcpy(node_->bytes.data() + offset, bytes.data(), bytes.size());
    return entered;
  }

  Status sync() override {
    MutexLock lock(files_.mutex_);
    if (Status entered = files_.enter(FileCall::sync, name_); !entered) return entered;
    node_->synced_bytes = node_->bytes;
    return {};
  }

  Result<std::uint64_t> size_bytes() const override {
    MutexLock lock(files_.mutex_);
    if (Status entered = files_.enter(FileCall::size, name_); !entered) return entered.error();
    return std::uint64_t{node_->bytes.size()};
  }

  int descriptor() const override { return -1; }

  Status make_read_only() override {
    MutexLock lock(files_.mutex_);
    return files_.enter(FileCall::make_read_only, name_);
  }

 private:
  MemoryFiles& files_;
  std::shared_ptr<Node> node_;
  std::string name_;
};

void MemoryFiles::fail(FileCall call, Errc code, std::size_t nth) {
  CHECK(nth > 0);
  MutexLock lock(mutex_);
  faults_.insert_or_assign(call, Fault{code, nth});
}

void MemoryFiles::fail_always(FileCall call, Errc code) {
  MutexLock lock(mutex_);
  faults_.insert_or_assign(call, Fault{code, 0});
}

void MemoryFiles::die_after(std::size_t changes) {
  MutexLock lock(mutex_);
  changes_left_ = changes;
}

void MemoryFiles::mend() {
  MutexLock lock(mutex_);
  faults_.clear();
  changes_left_.reset();
}

void MemoryFiles::lose_power() {
  mend();
  MutexLock lock(mutex_);
  for (auto& [path, directory] : directories_) {
    directory.entries = directory.synced_entries;
    for (auto& [name, node] : directory.entries) node->bytes = node->synced_bytes;
  }
}

void MemoryFiles::set_space(Space space) {
  MutexLock lock(mutex_);
  space_ = space;
}

std::size_t MemoryFiles::calls(FileCall call) const {
  MutexLock lock(mutex_);
  return calls_[static_cast<std::size_t>(call)];
}

std::size_t MemoryFiles::changes() const {
  MutexLock lock(mutex_);
  return changes_;
}

Result<std::unique_ptr<File>> MemoryFiles::create(const fs::path& path) {
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::create, path); !entered) return entered.error();
  Directory* parent = directory(path.parent_path());
  if (parent == nullptr) return not_found(path);
  std::shared_ptr<Node>& node = parent->entries[path.filename()];
  if (node == nullptr) node = std::make_shared<Node>();
  node->bytes.clear();
  return std::unique_ptr<File>(std::make_unique<MemoryFile>(*this, node, path));
}

Result<std::unique_ptr<File>> MemoryFiles::open_read(const fs::path& path) {
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::open_read, path); !entered) return entered.error();
  return open(path);
}

Result<std::unique_ptr<File>> MemoryFiles::open_write(const fs::path& path) {
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::open_write, path); !entered) return entered.error();
  return open(path);
}

Result<std::unique_ptr<File>> MemoryFiles::open(const fs::path& path) {
  Directory* parent = directory(path.parent_path());
  if (parent == nullptr || !parent->entries.contains(path.filename())) return not_found(path);
  return std::unique_ptr<File>(
      std::make_unique<MemoryFile>(*this, parent->entries.at(path.filename()), path));
}

Status MemoryFiles::rename(const fs::path& from, const fs::path& to) {
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::rename, from); !entered) return entered;
  Directory* source = directory(from.parent_path());
  Directory* target = directory(to.parent_path());
  if (source == nullptr || !source->entries.contains(from.filename())) return not_found(from);
  if (target == nullptr) return not_found(to);
  auto moved = source->entries.extract(from.filename());
  target->entries[to.filename()] = moved.mapped();
  return {};
}

Status MemoryFiles::remove(const fs::path& path) {
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::remove, path); !entered) return entered;
  if (Directory* parent = directory(path.parent_path())) parent->entries.erase(path.filename());
  return {};
}

Status MemoryFiles::sync_directory(const fs::path& path) {
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::sync_directory, path); !entered) return entered;
  Directory* found = directory(path);
  if (found == nullptr) return not_found(path);
  found->synced_entries = found->entries;
  return {};
}

Status MemoryFiles::make_directories(const fs::path& path) {
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::make_directories, path); !entered) return entered;
  fs::path walked;
  for (const fs::path& part : normal(path)) {
    Directory* parent = directory(walked);
    if (parent != nullptr && parent->entries.contains(part)) {
      return Error{Errc::io, path.string() + ": a file is in the way"};
    }
    walked /= part;
    directories_.try_emplace(walked.string());
  }
  return {};
}

Result<std::vector<DirectoryEntry>> MemoryFiles::list(const fs::path& path) {
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::list, path); !entered) return entered.error();
  const Directory* found = directory(path);
  if (found == nullptr) return not_found(path);
  std::vector<DirectoryEntry> entries;
  for (const auto& [name, node] : found->entries) {
    entries.push_back({name, /*is_directory=*/false, node->bytes.size()});
  }
  for (const auto& [name, directory] : directories_) {
    const fs::path child(name);
    if (child.parent_path() != normal(path) || child == normal(path)) continue;
    entries.push_back({child.filename(), /*is_directory=*/true, 0});
  }
  return entries;
}

Result<Space> MemoryFiles::space(const fs::path& path) {
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::space, path); !entered) return entered.error();
  return space_;
}

Status MemoryFiles::enter(FileCall call, const std::string& what) {
  const auto number = static_cast<std::size_t>(call);
  ++calls_[number];
  const std::string context = std::string(kCallNames[number]) + " " + what;
  if (is_dead(call)) return Error{Errc::io, context + ": the process is dead"};
  if (is_change(call)) ++changes_;
  const std::optional<Errc> fault = take_fault(call);
  if (fault) return Error{*fault, context + ": made to fail"};
  return {};
}

bool MemoryFiles::is_dead(FileCall call) {
  if (!changes_left_) return false;
  if (*changes_left_ == 0) return true;
  if (is_change(call)) --*changes_left_;
  return false;
}

std::optional<Errc> MemoryFiles::take_fault(FileCall call) {
  const auto found = faults_.find(call);
  if (found == faults_.end()) return std::nullopt;
  const Errc code = found->second.code;
  if (found->second.nth == 0) return code;
  if (--found->second.nth > 0) return std::nullopt;
  faults_.erase(found);
  return code;
}

MemoryFiles::Directory* MemoryFiles::directory(const fs::path& path) {
  const auto found = directories_.find(normal(path).string());
  return found == directories_.end() ? nullptr : &found->second;
}

}  // namespace larder::testing
