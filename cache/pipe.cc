#include "cache/pipe.h"

#include <algorithm>

namespace larder::cache {

Pipe::Pipe(std::uint64_t begin, std::size_t capacity_bytes)
    : capacity_bytes_(capacity_bytes), begin_(begin), end_(begin) {}

bool Pipe::write(std::span<const std::byte> bytes) {
  MutexLock lock(mutex_);
  while (!closed_ && end_ > begin_ && end_ - begin_ + bytes.size() > capacity_bytes_) {
    changed_.wait(mutex_);
  }
  if (closed_) return false;
  blocks_.emplace_back(bytes.begin(), bytes.end());
  end_ += bytes.size();
  changed_.notify_all();
  return true;
}

void Pipe::tell_size(std::uint64_t blob_size, std::uint64_t gate) {
  MutexLock lock(mutex_);
  blob_size_ = blob_size;
  gate_ = gate;
  changed_.notify_all();
}

void Pipe::open_gate() {
  MutexLock lock(mutex_);
  gate_ = blob_size_.value_or(end_);
  changed_.notify_all();
}

void Pipe::fail(Error error) {
  MutexLock lock(mutex_);
  error_ = std::move(error);
  changed_.notify_all();
}

Result<std::uint64_t> Pipe::size_bytes(MonoTime deadline) {
  MutexLock lock(mutex_);
  for (;;) {
    if (blob_size_) return *blob_size_;
    if (error_) return *error_;
    if (!changed_.wait_until(mutex_, deadline) && !blob_size_) {
      return Error{Errc::timeout, "no source answered in time"};
    }
  }
}

Result<std::span<const std::byte>> Pipe::read(std::uint64_t offset, std::uint64_t length_max,
                                              MonoTime deadline) {
  MutexLock lock(mutex_);
  for (bool in_time = true;;) {
    drop_before(offset);
    const std::uint64_t until = std::min(end_, gate_);
    if (!blocks_.empty() && begin_ <= offset && offset < until) {
      const std::span<const std::byte> rest = std::span(blocks_.front()).subspan(offset - begin_);
      return rest.first(std::min<std::uint64_t>({rest.size(), length_max, until - offset}));
    }
    if (error_) return *error_;
    if (!in_time) return Error{Errc::timeout, "no source sent the bytes in time"};
    in_time = changed_.wait_until(mutex_, deadline);
  }
}

Result<std::uint64_t> Pipe::wait_gate(std::uint64_t offset, MonoTime deadline) {
  MutexLock lock(mutex_);
  for (bool in_time = true;;) {
    if (offset < gate_) return gate_;
    if (error_) return *error_;
    if (!in_time) return Error{Errc::timeout, "no source sent the bytes in time"};
    in_time = changed_.wait_until(mutex_, deadline);
  }
}

void Pipe::close() {
  MutexLock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void Pipe::drop_before(std::uint64_t offset) {
  while (!blocks_.empty() && begin_ + blocks_.front().size() <= offset) {
    begin_ += blocks_.front().size();
    blocks_.pop_front();
    changed_.notify_all();
  }
}

}  // namespace larder::cache
