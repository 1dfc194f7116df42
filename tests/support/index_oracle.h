// An index filled with things that can be told from their own names, so that any answer it gives
// later can be judged without remembering what was put.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/index.h"
#include "tests/support/bytes.h"

namespace larder::testing {

// What was put under a number, whenever that was.
inline std::string text_of_number(int number) {
  return "document " + std::to_string(number) +
         std::string(static_cast<std::size_t>(number % 7) * 100, '.');
}
inline cache::Digest digest_of_number(int number) {
  return digest_of_text(text_of_number(number));
}
inline cache::BlobRecord record_of_number(int number) {
  return {.size_bytes = text_of_number(number).size(),
          .media_type = "type/" + std::to_string(number % 3),
          .stored_at = WallTime(std::chrono::seconds(number))};
}
inline cache::TagName tag_name_of_number(int number) {
  return {"docker.io", "library/image-" + std::to_string(number), "latest"};
}
inline cache::TagRecord tag_of_number(int number) {
  return {digest_of_number(number), "type/tag", static_cast<std::uint64_t>(number), WallTime(),
          WallTime(std::chrono::seconds(number))};
}

// One of each kind of row for some numbers, in a few commits.
inline Status fill_with_numbers(cache::Index& index, int count) {
  std::vector<std::pair<cache::Digest, cache::BlobRecord>> blobs;
  for (int i = 0; i < count; ++i) blobs.emplace_back(digest_of_number(i), record_of_number(i));
  Status done = index.add_blobs(blobs);
  for (int i = 0; done && i < count; i += 40) {
    const cache::Document document{"type/document", text_of_number(i)};
    done = index.put_blob(digest_of_number(i), record_of_number(i), document);
    if (done) done = index.put_tag(tag_name_of_number(i), tag_of_number(i));
    const std::vector<cache::Digest> children{digest_of_number(i + 1), digest_of_number(i + 2)};
    if (done) done = index.put_children(digest_of_number(i), children);
    if (done) done = index.put_pin(digest_of_number(i), {"pinned", WallTime()});
  }
  return done;
}

// Uses and queue are whatever happened to it.
inline bool is_of_number(const cache::BlobRecord& blob, int number) {
  const cache::BlobRecord put = record_of_number(number);
  return blob.size_bytes == put.size_bytes && blob.media_type == put.media_type &&
         blob.stored_at == put.stored_at;
}

// Whether every answer about these numbers is right, nothing, or an error.
inline bool answers_are_never_wrong(const cache::Index& index, int count) {
  bool right = true;
  for (int i = 0; i < count; ++i) {
    const auto blob = index.find_blob(digest_of_number(i));
    if (blob.ok() && *blob) right = right && is_of_number(**blob, i);
    const auto document = index.find_document(digest_of_number(i));
    if (document.ok() && *document) right = right && (*document)->bytes == text_of_number(i);
    const auto tag = index.find_tag(tag_name_of_number(i));
    if (tag.ok() && *tag) right = right && **tag == tag_of_number(i);
  }
  return right;
}

}  // namespace larder::testing
