// Bodies and the files behind them, for tests that send them.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cache/base/check.h"
#include "cache/base/unique_fd.h"
#include "cache/files.h"
#include "daemon/http/message.h"

namespace larder::http {

inline std::string numbered_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 251);
  return bytes;
}

// A file with or without a descriptor to send from.
class TestFile final : public cache::File {
 public:
  TestFile(const std::filesystem::path& path, std::string_view content, bool has_descriptor)
      : has_descriptor_(has_descriptor),
        fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    CHECK(write_at(0, std::as_bytes(std::span(content))).ok());
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> buffer) const override {
    const auto count = ::pread(fd_.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (count < 0) return from_errno("read", errno);
    return static_cast<std::size_t>(count);
  }
  Status write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    const auto count = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    return count == static_cast<ssize_t>(bytes.size()) ? Status() : from_errno("write", errno);
  }
  Status sync() override { return {}; }
  Result<std::uint64_t> disk_bytes() const override { return size_bytes(); }
  Result<std::uint64_t> size_bytes() const override {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) return from_errno("stat", errno);
    return static_cast<std::uint64_t>(status.st_size);
  }
  int descriptor() const override { return has_descriptor_ ? fd_.get() : -1; }
  Status make_read_only() override { return {}; }

 private:
  const bool has_descriptor_;
  const UniqueFd fd_;
};

using Read = std::function<Result<cache::Piece>(std::uint64_t offset, std::uint64_t length_max)>;

class LambdaBody final : public Body {
 public:
  LambdaBody(std::uint64_t size_bytes, Read read) : size_(size_bytes), read_(std::move(read)) {}
  std::uint64_t size_bytes() const override { return size_; }
  Result<cache::Piece> read(std::uint64_t offset, std::uint64_t length_max) override {
    return read_(offset, length_max);
  }

 private:
  const std::uint64_t size_;
  const Read read_;
};

}  // namespace larder::http
