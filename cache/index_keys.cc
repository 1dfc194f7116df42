#include "cache/index_keys.h"

#include <optional>
#include <span>

#include "cache/hasher.h"

namespace larder::cache {

namespace {

Error bad_key() {
  return {Errc::corrupt, "index: a damaged key"};
}

Bytes after_kind(Bytes key) {
  return key.empty() ? key : key.subspan(1);
}

}  // namespace

RowKey::RowKey(RowKind kind, const Digest& digest) : RowKey(kind) {
  append(digest);
}

RowKey& RowKey::append(const Digest& digest) {
  push(static_cast<std::byte>(digest.algorithm()));
  for (const std::byte byte : digest.bytes()) push(byte);
  return *this;
}

RowKey& RowKey::append(std::string_view text) {
  for (const char byte : text) push(static_cast<std::byte>(byte));
  return *this;
}

RowKey& RowKey::append(Queue queue) {
  push(static_cast<std::byte>(queue));
  return *this;
}

RowKey& RowKey::append_big_endian(std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) push(static_cast<std::byte>(number >> shift));
  return *this;
}

void RowKey::push(std::byte byte) {
  CHECK(size_bytes_ < bytes_.size());
  bytes_[size_bytes_++] = byte;
}

RowKey key_of(const TagName& name) {
  std::string text;
  text.reserve(name.upstream.size() + name.repository.size() + name.tag.size() + 2);
  text.append(name.upstream).append(1, '\0').append(name.repository).append(1, '\0');
  text.append(name.tag);
  return RowKey(RowKind::tag,
                digest_of(DigestAlgorithm::sha256, std::as_bytes(std::span<const char>(text))));
}

RowKey place_key(Queue queue, std::uint64_t position) {
  return RowKey(RowKind::place).append(queue).append_big_endian(position);
}

RowKey parent_key(const Digest& child, const Digest& parent) {
  return RowKey(RowKind::parent, child).append(parent);
}

RowKey pin_key(const Digest& digest, std::string_view reason) {
  return RowKey(RowKind::pin, digest).append(reason);
}

RowKey note_key(std::string_view name) {
  return RowKey(RowKind::note).append(name);
}

Result<Digest> digest_in_key(Bytes key) {
  Bytes rest = after_kind(key);
  const std::optional<Digest> digest = take_digest(rest);
  if (!digest || !rest.empty()) return bad_key();
  return *digest;
}

Result<PlaceKey> place_in_key(Bytes key) {
  constexpr std::size_t kSizeBytes = 1 + 1 + 8;
  if (key.size() != kSizeBytes) return bad_key();
  const auto queue = static_cast<Queue>(key[1]);
  if (queue != Queue::probation && queue != Queue::main) return bad_key();
  std::uint64_t position = 0;
  for (const std::byte byte : key.subspan(2)) {
    position = position << 8 | std::to_integer<std::uint64_t>(byte);
  }
  return PlaceKey{queue, position};
}

Result<ParentKey> parent_in_key(Bytes key) {
  Bytes rest = after_kind(key);
  const std::optional<Digest> child = take_digest(rest);
  const std::optional<Digest> parent = take_digest(rest);
  if (!child || !parent || !rest.empty()) return bad_key();
  return ParentKey{*child, *parent};
}

Result<PinKey> pin_in_key(Bytes key) {
  Bytes rest = after_kind(key);
  const std::optional<Digest> digest = take_digest(rest);
  if (!digest || rest.empty() || rest.size() > kPinReasonBytesMax) return bad_key();
  return PinKey{*digest, {reinterpret_cast<const char*>(rest.data()), rest.size()}};
}

}  // namespace larder::cache
