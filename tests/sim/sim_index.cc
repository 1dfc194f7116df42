#include "tests/sim/sim_index.h"

#include <utility>

namespace larder::sim {

using cache::Digest;

void SimIndex::die_at_write(std::uint64_t nth, std::function<void()> died) {
  writes_left_ = nth;
  died_ = std::move(died);
}

void SimIndex::restart() {
  is_dead_ = false;
  failures_per_mille_ = 0;
  writes_left_ = 0;
  died_ = nullptr;
}

Status SimIndex::may_read() const {
  if (is_dead_) return Error{Errc::io, "index: the process is dead"};
  if (fibers_.random().chance(failures_per_mille_)) return Error{Errc::io, "index: made to fail"};
  return {};
}

Status SimIndex::write(const char* what, const std::function<Status()>& commit) {
  fibers_.trace().note(what);
  fibers_.pause();
  if (is_dead_) return Error{Errc::io, "index: the process is dead"};
  if (writes_left_ > 0 && --writes_left_ == 0) {
    is_dead_ = true;
    died_();
    if (fibers_.random().chance(500)) (void)commit();
    return Error{Errc::io, "index: the process died"};
  }
  if (fibers_.random().chance(failures_per_mille_)) {
    const Errc code = fibers_.random().chance(500) ? Errc::io : Errc::no_space;
    return Error{code, "index: made to fail"};
  }
  return commit();
}

Result<std::optional<cache::BlobRecord>> SimIndex::find_blob(const Digest& digest) const {
  if (Status may = may_read(); !may) return may.error();
  return rows_.find_blob(digest);
}

Result<std::optional<cache::Document>> SimIndex::find_document(const Digest& digest) const {
  if (Status may = may_read(); !may) return may.error();
  return rows_.find_document(digest);
}

Result<std::optional<cache::TagRecord>> SimIndex::find_tag(const cache::TagName& name) const {
  if (Status may = may_read(); !may) return may.error();
  return rows_.find_tag(name);
}

Status SimIndex::put_blob(const Digest& digest, const cache::BlobRecord& record,
                          const std::optional<cache::Document>& document) {
  return write("index put_blob", [&] { return rows_.put_blob(digest, record, document); });
}

Status SimIndex::add_blobs(std::span<const std::pair<Digest, cache::BlobRecord>> blobs) {
  return write("index add_blobs", [&] { return rows_.add_blobs(blobs); });
}

Status SimIndex::put_tag(const cache::TagName& name, const cache::TagRecord& record) {
  Status put = write("index put_tag", [&] { return rows_.put_tag(name, record); });
  if (put.ok() && tag_written_) tag_written_(record);
  return put;
}

Status SimIndex::remove_blobs(std::span<const Digest> digests) {
  return write("index remove_blobs", [&] { return rows_.remove_blobs(digests); });
}

Status SimIndex::remove_tag(const cache::TagName& name) {
  return write("index remove_tag", [&] { return rows_.remove_tag(name); });
}

Result<std::vector<std::pair<Digest, cache::BlobRecord>>> SimIndex::blobs_after(
    const std::optional<Digest>& after, std::size_t count) const {
  if (Status may = may_read(); !may) return may.error();
  return rows_.blobs_after(after, count);
}

Status SimIndex::for_each_tag(
    const std::function<bool(const cache::TagName&, const cache::TagRecord&)>& visit) const {
  if (Status may = may_read(); !may) return may;
  return rows_.for_each_tag(visit);
}

Result<std::vector<cache::Candidate>> SimIndex::candidates(cache::Queue queue,
                                                           std::uint64_t position,
                                                           std::size_t count) const {
  if (Status may = may_read(); !may) return may.error();
  return rows_.candidates(queue, position, count);
}

Status SimIndex::record_uses(std::span<const cache::BlobUse> uses) {
  return write("index record_uses", [&] { return rows_.record_uses(uses); });
}

Status SimIndex::requeue(std::span<const cache::Requeue> changes) {
  return write("index requeue", [&] { return rows_.requeue(changes); });
}

Status SimIndex::put_children(const Digest& parent, std::span<const Digest> children) {
  return write("index put_children", [&] { return rows_.put_children(parent, children); });
}

Result<std::vector<Digest>> SimIndex::children_of(const Digest& parent) const {
  if (Status may = may_read(); !may) return may.error();
  return rows_.children_of(parent);
}

Result<std::vector<Digest>> SimIndex::parents_of(const Digest& child) const {
  if (Status may = may_read(); !may) return may.error();
  return rows_.parents_of(child);
}

Status SimIndex::put_pin(const Digest& digest, const cache::Pin& pin) {
  return write("index put_pin", [&] { return rows_.put_pin(digest, pin); });
}

Status SimIndex::remove_pin(const Digest& digest, const std::string& reason) {
  return write("index remove_pin", [&] { return rows_.remove_pin(digest, reason); });
}

Result<std::vector<cache::Pin>> SimIndex::pins_of(const Digest& digest) const {
  if (Status may = may_read(); !may) return may.error();
  return rows_.pins_of(digest);
}

Status SimIndex::for_each_pin(
    const std::function<bool(const Digest&, const cache::Pin&)>& visit) const {
  if (Status may = may_read(); !may) return may;
  return rows_.for_each_pin(visit);
}

Result<std::optional<std::string>> SimIndex::find_note(const std::string& name) const {
  if (Status may = may_read(); !may) return may.error();
  return rows_.find_note(name);
}

Status SimIndex::put_note(const std::string& name, const std::string& text) {
  return write("index put_note", [&] { return rows_.put_note(name, text); });
}

Result<cache::IndexTotals> SimIndex::totals() const {
  if (Status may = may_read(); !may) return may.error();
  return rows_.totals();
}

}  // namespace larder::sim
