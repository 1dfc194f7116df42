#include "cache/fsck_pass.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/check_pass.h"

namespace larder::cache {

namespace {

constexpr std::size_t kPieceBytes = 1 << 20;
constexpr std::size_t kTagsAtOnce = 1000;

bool nobody_writes(const Digest&) {
  return false;
}

using Tag = std::pair<TagName, Digest>;

// Eviction leaves the tag: it is asked upstream again, and tells what the image was.
Finding finding_about(const Tag& tag) {
  Finding finding{FindingKind::dangling_record, tag.first.str(),
                  "its blob is gone: " + tag.second.str()};
  finding.harmless = true;
  return finding;
}

class FsckPass final : public CheckObserver {
 public:
  FsckPass(const FsckPassParts& parts, CheckReport& report)
      : parts_(parts), folders_(parts.folders), report_(report) {}

  Status run();

  bool before_file() override { return true; }
  bool before_piece(std::uint64_t bytes) override {
    report_.bytes_checked += bytes;
    tell_progress();
    return true;
  }
  void checked(const Digest&) override { ++report_.blobs_checked; }
  void found(Finding finding) override { report_.add(std::move(finding)); }
  void bad_file(const Digest&) override {}

 private:
  Status check_blobs();
  Status check_tags();
  Status remove_dangling_tags();
  Status remove_tag(const Tag& tag);
  Status for_each_dangling_tag(const std::function<bool(const Tag&)>& visit) const;
  bool is_dangling(const TagRecord& record) const;
  Status check_partials();
  Status check_strays();
  void tell_progress() const {
    if (parts_.progress) parts_.progress(report_);
  }

  const FsckPassParts& parts_;
  BlobFolders folders_;
  CheckReport& report_;
};

// Tags last: whether their blobs are there is known when the blobs have been put right.
Status FsckPass::run() {
  Status done = check_blobs();
  if (done) done = check_partials();
  if (done) done = check_strays();
  if (done && parts_.index != nullptr) done = check_tags();
  return done;
}

Status FsckPass::check_blobs() {
  Claims nobody;
  std::optional<BlobMender> mender;
  if (parts_.repair && parts_.index != nullptr) {
    mender.emplace(BlobMenderParts{parts_.blob_files, *parts_.index, nobody, parts_.clock,
                                   nobody_writes, [](std::uint64_t) {}, [](std::uint64_t) {}});
  }
  CheckPass pass({.blob_files = parts_.blob_files,
                  .folders = parts_.folders,
                  .index = parts_.index,
                  .mender = mender ? &*mender : nullptr,
                  .is_being_written = nobody_writes,
                  .observer = *this,
                  .piece_bytes = kPieceBytes});
  return pass.run(std::nullopt);
}

Status FsckPass::check_tags() {
  if (parts_.repair) return remove_dangling_tags();
  return for_each_dangling_tag([this](const Tag& tag) {
    report_.add(finding_about(tag));
    return true;
  });
}

// Only some at once are kept in memory; those that were removed are not found again.
Status FsckPass::remove_dangling_tags() {
  std::vector<Tag> tags;
  do {
    tags.clear();
    Status done = for_each_dangling_tag([&tags](const Tag& tag) {
      tags.push_back(tag);
      return tags.size() < kTagsAtOnce;
    });
    for (const Tag& tag : tags) {
      if (done) done = remove_tag(tag);
    }
    if (!done) return done;
  } while (tags.size() == kTagsAtOnce);
  return {};
}

Status FsckPass::remove_tag(const Tag& tag) {
  if (Status removed = parts_.index->remove_tag(tag.first); !removed) return removed;
  Finding finding = finding_about(tag);
  finding.repaired = true;
  finding.detail += "; removed";
  report_.add(std::move(finding));
  return {};
}

Status FsckPass::for_each_dangling_tag(const std::function<bool(const Tag&)>& visit) const {
  return parts_.index->for_each_tag([&](const TagName& name, const TagRecord& record) {
    return !is_dangling(record) || visit({name, record.digest});
  });
}

// The file decides: a blob that only lacks its record is served.
bool FsckPass::is_dangling(const TagRecord& record) const {
  const auto blob = parts_.index->find_blob(record.digest);
  if (!blob || *blob) return false;
  const auto file = parts_.blob_files.find(record.digest);
  return !file && file.error().code == Errc::not_found;
}

Status FsckPass::check_partials() {
  const Result<std::vector<UselessPartial>> partials = folders_.useless_partials();
  if (!partials) return partials.error();
  for (const UselessPartial& partial : *partials) {
    Finding finding{FindingKind::stray_file, partial.path, partial.why};
    finding.harmless = !partial.ours;
    if (parts_.repair && partial.ours) {
      const Status removed = folders_.remove(partial);
      finding.repaired = removed.ok();
      finding.detail += removed ? "; removed" : "; " + removed.error().context;
    }
    report_.add(std::move(finding));
  }
  return {};
}

Status FsckPass::check_strays() {
  const Result<std::vector<std::string>> strays = folders_.strays_beside_shards();
  if (!strays) return strays.error();
  for (const std::string& path : *strays) {
    Finding finding{FindingKind::stray_file, path, "not one of Larder's folders"};
    finding.harmless = true;
    report_.add(std::move(finding));
  }
  return {};
}

}  // namespace

void run_fsck_pass(const FsckPassParts& parts, CheckReport& report) {
  if (parts.index != nullptr) {
    const auto totals = parts.index->totals();
    if (totals) report.blobs_total = totals->blobs;
  }
  const Status done = FsckPass(parts, report).run();
  if (!done) report.error = describe(done.error());
  report.finished_at = parts.clock.wall();
  if (parts.progress) parts.progress(report);
}

}  // namespace larder::cache
