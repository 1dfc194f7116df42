#include "tests/support/memory_files.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

namespace larder::testing {

namespace {

namespace fs = std::filesystem;
using cache::DirectoryEntry;
using cache::File;
using cache::Space;

// As lexically_normal() has it, without the slash at the end. Most paths are so already.
std::string normal(const fs::path& path) {
  const std::string& text = path.native();
  const bool clean = !text.empty() && !text.ends_with('/') && text.find("//") == text.npos &&
                     text.find("/.") == text.npos && !text.starts_with('.');
  if (clean) return text;
  const fs::path normal = path.lexically_normal();
  return (normal.has_filename() ? normal : normal.parent_path()).native();
}

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return {};
  return path.substr(0, std::max<std::size_t>(slash, 1));
}

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

Error not_found(std::string_view path) {
  return {Errc::not_found, std::string(path) + ": not there"};
}

}  // namespace

class MemoryFiles::MemoryFile final : public File {
 public:
  MemoryFile(MemoryFiles& files, std::shared_ptr<MemoryNode> node, std::string name)
      : files_(files), node_(std::move(node)), name_(std::move(name)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) const override {
    MutexLock lock(files_.mutex_);
    if (Status entered = files_.enter(FileCall::read, name_); !entered) return entered.error();
    const std::string& bytes = node_->bytes();
    if (offset >= bytes.size()) return std::size_t{0};
    const std::size_t size = std::min(buffer.size(), bytes.size() - offset);
    std::memcpy(buffer.data(), bytes.data() + offset, size);
    return size;
  }

  Status write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    MutexLock lock(files_.mutex_);
    const auto failure = files_.enter_call(FileCall::write, name_);
    node_->write(offset,
                 failure ? bytes.first(bytes.size() * failure->done_per_mille / 1000) : bytes);
    return failure ? Status(files_.failed(FileCall::write, name_, failure->code)) : Status();
  }

  Status sync() override {
    MutexLock lock(files_.mutex_);
    Status entered = files_.enter(FileCall::sync, name_);
    if (!entered) {
      if (!files_.faults_.is_dead()) node_->sync_failed();  // the dead ask for nothing
    } else if (!files_.lies_about_sync_) {
      node_->sync();
    }
    return entered;
  }

  Result<std::uint64_t> disk_bytes() const override {
    MutexLock lock(files_.mutex_);
    if (Status entered = files_.enter(FileCall::size, name_); !entered) return entered.error();
    return std::uint64_t{node_->disk_bytes()};
  }

  Result<std::uint64_t> size_bytes() const override {
    MutexLock lock(files_.mutex_);
    if (Status entered = files_.enter(FileCall::size, name_); !entered) return entered.error();
    return std::uint64_t{node_->bytes().size()};
  }

  int descriptor() const override { return -1; }

  Status make_read_only() override {
    MutexLock lock(files_.mutex_);
    return files_.enter(FileCall::make_read_only, name_);
  }

 private:
  MemoryFiles& files_;
  std::shared_ptr<MemoryNode> node_;
  std::string name_;
};

MemoryFiles::MemoryFiles(std::uint64_t seed) : faults_(Random(seed).split()), random_(seed) {}

void MemoryFiles::fail(FileCall call, Errc code, std::size_t nth) {
  MutexLock lock(mutex_);
  faults_.fail(call, code, nth);
}

void MemoryFiles::fail_always(FileCall call, Errc code) {
  MutexLock lock(mutex_);
  faults_.fail_always(call, code);
}

void MemoryFiles::fail_at_random(FileCall call, Errc code, unsigned per_mille) {
  MutexLock lock(mutex_);
  faults_.fail_at_random(call, code, per_mille);
}

void MemoryFiles::die_after(std::size_t changes) {
  MutexLock lock(mutex_);
  faults_.die_after(changes);
}

bool MemoryFiles::is_dead() const {
  MutexLock lock(mutex_);
  return faults_.is_dead();
}

void MemoryFiles::mend() {
  MutexLock lock(mutex_);
  faults_.mend();
}

void MemoryFiles::lose_power() {
  MutexLock lock(mutex_);
  faults_.mend();
  for (auto& [path, directory] : directories_) {
    directory.entries = directory.synced_entries;
    for (auto& [name, node] : directory.entries) node->lose_power();
  }
}

void MemoryFiles::lose_power_partly() {
  MutexLock lock(mutex_);
  faults_.mend();
  std::set<MemoryNode*> left;  // some may have two names now
  for (auto& [path, directory] : directories_) {
    lose_entries_partly(directory);
    for (auto& [name, node] : directory.entries) {
      if (left.insert(node.get()).second) node->lose_power_partly(random_);
    }
  }
}

void MemoryFiles::lose_entries_partly(Directory& directory) {
  Entries left = directory.synced_entries;
  left.insert(directory.entries.begin(), directory.entries.end());
  for (auto entry = left.begin(); entry != left.end();) {
    const Entries& survivors = random_.chance(500) ? directory.entries : directory.synced_entries;
    const auto found = survivors.find(entry->first);
    if (found != survivors.end()) entry->second = found->second;
    entry = found != survivors.end() ? std::next(entry) : left.erase(entry);
  }
  directory.entries = directory.synced_entries = std::move(left);
}

void MemoryFiles::lie_about_sync(bool lies) {
  MutexLock lock(mutex_);
  lies_about_sync_ = lies;
}

void MemoryFiles::set_space(Space space) {
  MutexLock lock(mutex_);
  space_ = space;
}

std::size_t MemoryFiles::calls(FileCall call) const {
  MutexLock lock(mutex_);
  return faults_.calls(call);
}

std::uint64_t MemoryFiles::total_bytes() const {
  MutexLock lock(mutex_);
  std::uint64_t bytes = 0;
  for (const auto& [path, directory] : directories_) {
    for (const auto& [name, node] : directory.entries) bytes += node->bytes().size();
  }
  return bytes;
}

std::size_t MemoryFiles::changes() const {
  MutexLock lock(mutex_);
  return faults_.changes();
}

void MemoryFiles::watch(std::function<void(const Seen&)> watch) {
  MutexLock lock(mutex_);
  watch_ = std::move(watch);
}

void MemoryFiles::count(std::function<bool(std::string_view)> counted) {
  MutexLock lock(mutex_);
  counted_ = std::move(counted);
}

std::map<std::string, std::string> MemoryFiles::contents() const {
  MutexLock lock(mutex_);
  std::map<std::string, std::string> files;
  for (const auto& [path, directory] : directories_) {
    for (const auto& [name, node] : directory.entries) {
      files.emplace(path + "/" + name, node->bytes());
    }
  }
  return files;
}

std::uint64_t MemoryFiles::disk_bytes() const {
  MutexLock lock(mutex_);
  return count_bytes();
}

std::uint64_t MemoryFiles::count_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [path, directory] : directories_) {
    for (const auto& [name, node] : directory.entries) {
      if (!counted_ || counted_(name)) bytes += node->disk_bytes();
    }
  }
  return bytes;
}

Result<std::unique_ptr<File>> MemoryFiles::create(const fs::path& path) {
  const std::string place = normal(path);
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::create, place); !entered) return entered.error();
  Directory* parent = directory(parent_of(place));
  if (parent == nullptr) return not_found(place);
  std::shared_ptr<MemoryNode>& node = parent->entries[std::string(name_of(place))];
  if (node == nullptr) node = std::make_shared<MemoryNode>();
  node->truncate();
  return std::unique_ptr<File>(std::make_unique<MemoryFile>(*this, node, place));
}

Result<std::unique_ptr<File>> MemoryFiles::open_read(const fs::path& path) {
  const std::string place = normal(path);
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::open_read, place); !entered) return entered.error();
  return open(place);
}

Result<std::unique_ptr<File>> MemoryFiles::open_write(const fs::path& path) {
  const std::string place = normal(path);
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::open_write, place); !entered) return entered.error();
  return open(place);
}

Result<std::unique_ptr<File>> MemoryFiles::open(const std::string& path) {
  Directory* parent = directory(parent_of(path));
  if (parent == nullptr) return not_found(path);
  const auto found = parent->entries.find(name_of(path));
  if (found == parent->entries.end()) return not_found(path);
  return std::unique_ptr<File>(std::make_unique<MemoryFile>(*this, found->second, path));
}

Status MemoryFiles::rename(const fs::path& from_path, const fs::path& to_path) {
  const std::string from = normal(from_path);
  const std::string to = normal(to_path);
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::rename, from); !entered) return entered;
  Directory* source = directory(parent_of(from));
  Directory* target = directory(parent_of(to));
  if (source == nullptr || !source->entries.contains(name_of(from))) return not_found(from);
  if (target == nullptr) return not_found(to);
  auto moved = source->entries.extract(source->entries.find(name_of(from)));
  target->entries[std::string(name_of(to))] = moved.mapped();
  return {};
}

Status MemoryFiles::remove(const fs::path& path) {
  const std::string place = normal(path);
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::remove, place); !entered) return entered;
  Directory* parent = directory(parent_of(place));
  if (parent == nullptr) return {};
  const auto found = parent->entries.find(name_of(place));
  if (found != parent->entries.end()) parent->entries.erase(found);
  return {};
}

Status MemoryFiles::sync_directory(const fs::path& path) {
  const std::string place = normal(path);
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::sync_directory, place); !entered) return entered;
  Directory* found = directory(place);
  if (found == nullptr) return not_found(place);
  if (!lies_about_sync_) found->synced_entries = found->entries;
  return {};
}

Status MemoryFiles::make_directories(const fs::path& path) {
  const std::string place = normal(path);
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::make_directories, place); !entered) return entered;
  for (std::size_t end = place.starts_with('/') ? 1 : place.find('/');;
       end = place.find('/', end + 1)) {
    const std::string walked = place.substr(0, end);
    Directory* parent = walked == "/" ? nullptr : directory(parent_of(walked));
    if (parent != nullptr && parent->entries.contains(name_of(walked))) {
      return Error{Errc::io, place + ": a file is in the way"};
    }
    directories_.try_emplace(walked);
    if (end == place.npos) return {};
  }
}

Result<std::vector<DirectoryEntry>> MemoryFiles::list(const fs::path& path) {
  const std::string place = normal(path);
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::list, place); !entered) return entered.error();
  const Directory* found = directory(place);
  if (found == nullptr) return not_found(place);
  std::vector<DirectoryEntry> entries;
  for (const auto& [name, node] : found->entries) {
    entries.push_back({name, /*is_directory=*/false, node->bytes().size(), node->disk_bytes()});
  }
  for (const auto& [child, directory] : directories_) {
    if (child == place || parent_of(child) != place) continue;
    entries.push_back({std::string(name_of(child)), /*is_directory=*/true, 0, 0});
  }
  return entries;
}

Result<Space> MemoryFiles::space(const fs::path& path) {
  MutexLock lock(mutex_);
  if (Status entered = enter(FileCall::space, path.native()); !entered) return entered.error();
  return space_;
}

std::optional<FileFaults::Failure> MemoryFiles::enter_call(FileCall call, std::string_view path) {
  const auto failure = faults_.enter(call);
  if (watch_) {
    watch_({call, path, failure.has_value(), faults_.is_dead(), count_bytes()});
  }
  return failure;
}

Status MemoryFiles::enter(FileCall call, std::string_view path) {
  const auto failure = enter_call(call, path);
  if (failure) return failed(call, path, failure->code);
  return {};
}

Error MemoryFiles::failed(FileCall call, std::string_view path, Errc code) const {
  std::string context(to_string(call));
  context.append(" ").append(path);
  return {code, context + (faults_.is_dead() ? ": the process is dead" : ": made to fail")};
}

MemoryFiles::Directory* MemoryFiles::directory(std::string_view path) {
  const auto found = directories_.find(path);
  return found == directories_.end() ? nullptr : &found->second;
}

}  // namespace larder::testing
