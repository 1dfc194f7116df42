#include "tests/sim/oracle.h"

namespace larder::sim {

namespace {

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::string blob_path(const std::string& root, const cache::Digest& digest) {
  const std::string hex = digest.hex();
  return root + "/blobs/" + std::string(to_string(digest.algorithm())) + "/" + hex.substr(0, 2) +
         "/" + hex;
}

}  // namespace

void Oracle::violated(const std::string& rule) {
  trace_.note("VIOLATED", rule);
  if (!violation_) violation_ = Violation{rule, trace_.step(), trace_.last_events()};
}

void Oracle::promise(const cache::Digest& digest) {
  trace_.note("promised", digest.hex());
  promised_.insert(digest);
}

void Oracle::check_files(const std::map<std::string, std::string>& contents,
                         const std::string& root) {
  for (const auto& [path, bytes] : contents) {
    if (path.starts_with(root + "/blobs/")) check_blob_file(path, bytes);
  }
  for (const cache::Digest& digest : promised_) {
    if (!contents.contains(blob_path(root, digest))) {
      violated("a published blob is lost: " + digest.str());
    }
  }
}

void Oracle::check_blob_file(const std::string& path, const std::string& bytes) {
  const Blob* const blob = catalog_.find(name_of(path));
  if (blob == nullptr) return violated("a blob file that is no blob's: " + path);
  if (blob->bytes != bytes) violated("a blob file has wrong bytes: " + path);
}

}  // namespace larder::sim
