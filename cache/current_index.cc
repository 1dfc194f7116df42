#include "cache/current_index.h"

#include <utility>

namespace larder::cache {

std::shared_ptr<LmdbIndex> CurrentIndex::current() const {
  MutexLock lock(mutex_);
  return index_;
}

// The old one is closed after the lock is let go.
void CurrentIndex::set_current(std::shared_ptr<LmdbIndex> index) {
  MutexLock lock(mutex_);
  index_.swap(index);
  damage_.reset();
}

std::optional<Error> CurrentIndex::damage() const {
  MutexLock lock(mutex_);
  return damage_;
}

void CurrentIndex::note_damage(const LmdbIndex& index, const Error& why) const {
  MutexLock lock(mutex_);
  if (index_.get() == &index && !damage_) damage_ = why;
}

template <class Call>
auto CurrentIndex::on_current(Call call) const {
  const std::shared_ptr<LmdbIndex> index = current();
  auto result = call(*index);
  if (!result.ok() && result.error().code == Errc::corrupt) note_damage(*index, result.error());
  return result;
}

// What a damaged index took would be lost with it.
template <class Call>
Status CurrentIndex::write_current(Call call) const {
  if (const auto why = damage()) return *why;
  return on_current(call);
}

Result<std::optional<BlobRecord>> CurrentIndex::find_blob(const Digest& digest) const {
  return on_current([&](const LmdbIndex& index) { return index.find_blob(digest); });
}

// A damaged copy of a document is that row's trouble: the file has the bytes, and the scrubber
// makes the copy again.
Result<std::optional<Document>> CurrentIndex::find_document(const Digest& digest) const {
  return current()->find_document(digest);
}

Result<std::optional<TagRecord>> CurrentIndex::find_tag(const TagName& name) const {
  return on_current([&](const LmdbIndex& index) { return index.find_tag(name); });
}

Status CurrentIndex::put_blob(const Digest& digest, const BlobRecord& record,
                              const std::optional<Document>& document) {
  return write_current([&](LmdbIndex& index) { return index.put_blob(digest, record, document); });
}

Status CurrentIndex::add_blobs(std::span<const std::pair<Digest, BlobRecord>> blobs) {
  return write_current([&](LmdbIndex& index) { return index.add_blobs(blobs); });
}

Status CurrentIndex::put_tag(const TagName& name, const TagRecord& record) {
  return write_current([&](LmdbIndex& index) { return index.put_tag(name, record); });
}

Status CurrentIndex::remove_blobs(std::span<const Digest> digests) {
  return write_current([&](LmdbIndex& index) { return index.remove_blobs(digests); });
}

Status CurrentIndex::remove_tag(const TagName& name) {
  return write_current([&](LmdbIndex& index) { return index.remove_tag(name); });
}

Result<std::vector<std::pair<Digest, BlobRecord>>> CurrentIndex::blobs_after(
    const std::optional<Digest>& after, std::size_t count) const {
  return on_current([&](const LmdbIndex& index) { return index.blobs_after(after, count); });
}

Status CurrentIndex::for_each_tag(
    const std::function<bool(const TagName&, const TagRecord&)>& visit) const {
  return on_current([&](const LmdbIndex& index) { return index.for_each_tag(visit); });
}

Result<std::vector<Candidate>> CurrentIndex::candidates(Queue queue, std::uint64_t position,
                                                        std::size_t count) const {
  return on_current(
      [&](const LmdbIndex& index) { return index.candidates(queue, position, count); });
}

Status CurrentIndex::record_uses(std::span<const BlobUse> uses) {
  return write_current([&](LmdbIndex& index) { return index.record_uses(uses); });
}

Status CurrentIndex::requeue(std::span<const Requeue> changes) {
  return write_current([&](LmdbIndex& index) { return index.requeue(changes); });
}

Status CurrentIndex::put_children(const Digest& parent, std::span<const Digest> children) {
  return write_current([&](LmdbIndex& index) { return index.put_children(parent, children); });
}

Result<std::vector<Digest>> CurrentIndex::children_of(const Digest& parent) const {
  return on_current([&](const LmdbIndex& index) { return index.children_of(parent); });
}

Result<std::vector<Digest>> CurrentIndex::parents_of(const Digest& child) const {
  return on_current([&](const LmdbIndex& index) { return index.parents_of(child); });
}

Status CurrentIndex::put_pin(const Digest& digest, const Pin& pin) {
  return write_current([&](LmdbIndex& index) { return index.put_pin(digest, pin); });
}

Status CurrentIndex::remove_pin(const Digest& digest, const std::string& reason) {
  return write_current([&](LmdbIndex& index) { return index.remove_pin(digest, reason); });
}

Result<std::vector<Pin>> CurrentIndex::pins_of(const Digest& digest) const {
  return on_current([&](const LmdbIndex& index) { return index.pins_of(digest); });
}

Status CurrentIndex::for_each_pin(
    const std::function<bool(const Digest&, const Pin&)>& visit) const {
  return on_current([&](const LmdbIndex& index) { return index.for_each_pin(visit); });
}

Result<std::optional<std::string>> CurrentIndex::find_note(const std::string& name) const {
  return on_current([&](const LmdbIndex& index) { return index.find_note(name); });
}

Status CurrentIndex::put_note(const std::string& name, const std::string& text) {
  return write_current([&](LmdbIndex& index) { return index.put_note(name, text); });
}

Result<IndexTotals> CurrentIndex::totals() const {
  return on_current([&](const LmdbIndex& index) { return index.totals(); });
}

}  // namespace larder::cache
