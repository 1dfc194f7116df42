#include "cache/pending_writes.h"

#include <utility>

namespace larder::cache {

PendingWrites::PendingWrites(Writers writers, Executor& executor)
    : writers_(std::move(writers)), executor_(executor) {}

Status PendingWrites::put_document(const Digest& digest, const Document& document) {
  return add(DocumentWrite{digest, std::make_shared<const Document>(document)});
}

Status PendingWrites::put_tag(const TagName& name, const TagRecord& record) {
  return add(TagWrite{name, record});
}

std::optional<Document> PendingWrites::find_document(const Digest& digest) const {
  if (waiting_ == 0) return std::nullopt;
  MutexLock lock(mutex_);
  const auto it = documents_.find(digest);
  if (it == documents_.end()) return std::nullopt;
  return *it->second;
}

std::optional<TagRecord> PendingWrites::find_tag(const TagName& name) const {
  if (waiting_ == 0) return std::nullopt;
  MutexLock lock(mutex_);
  const auto it = tags_.find(name.str());
  if (it == tags_.end()) return std::nullopt;
  return it->second;
}

std::vector<TagName> PendingWrites::tag_names() const {
  std::vector<TagName> names;
  MutexLock lock(mutex_);
  for (const Write& write : queue_) {
    if (const auto* tag = std::get_if<TagWrite>(&write)) names.push_back(tag->name);
  }
  return names;
}

void PendingWrites::flush() {
  MutexLock lock(mutex_);
  while (draining_ || !queue_.empty()) changed_.wait(mutex_);
}

Status PendingWrites::add(Write write) {
  bool idle = false;
  {
    MutexLock lock(mutex_);
    if (queue_.size() >= kWritesMax || queued_bytes_ + size_of(write) > kBytesMax) {
      return Error{Errc::busy, "too many writes are waiting for the disk"};
    }
    show(write);
    queued_bytes_ += size_of(write);
    queue_.push_back(std::move(write));
    idle = !std::exchange(draining_, true);
  }
  if (idle) start_draining();
  return {};
}

void PendingWrites::start_draining() {
  if (!executor_.run([this] { drain(); })) drain();
}

void PendingWrites::drain() {
  for (;;) {
    std::optional<Write> next;
    {
      MutexLock lock(mutex_);
      if (queue_.empty()) {
        draining_ = false;
        changed_.notify_all();
        return;
      }
      next = queue_.front();
    }
    perform(*next);
    MutexLock lock(mutex_);
    queue_.pop_front();
    queued_bytes_ -= size_of(*next);
    forget(*next);
  }
}

void PendingWrites::perform(const Write& write) {
  if (const auto* document = std::get_if<DocumentWrite>(&write)) {
    writers_.document(document->digest, *document->document);
  } else {
    const auto& tag = std::get<TagWrite>(write);
    writers_.tag(tag.name, tag.record);
  }
}

std::size_t PendingWrites::size_of(const Write& write) {
  const auto* document = std::get_if<DocumentWrite>(&write);
  return document != nullptr ? document->document->bytes.size() : 0;
}

void PendingWrites::show(const Write& write) {
  ++waiting_;
  if (const auto* document = std::get_if<DocumentWrite>(&write)) {
    documents_[document->digest] = document->document;
  } else {
    const auto& tag = std::get<TagWrite>(write);
    tags_.insert_or_assign(tag.name.str(), tag.record);
  }
}

// A newer put of the same name stays visible.
void PendingWrites::forget(const Write& write) {
  --waiting_;
  if (const auto* document = std::get_if<DocumentWrite>(&write)) {
    const auto it = documents_.find(document->digest);
    if (it != documents_.end() && it->second == document->document) documents_.erase(it);
  } else {
    const auto& tag = std::get<TagWrite>(write);
    const auto it = tags_.find(tag.name.str());
    if (it != tags_.end() && it->second == tag.record) tags_.erase(it);
  }
}

}  // namespace larder::cache
