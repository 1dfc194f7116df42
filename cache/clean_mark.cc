#include "cache/clean_mark.h"

namespace larder::cache {

Result<bool> CleanMark::take() {
  const auto found = files_.open_read(path());
  if (!found.ok() && found.error().code == Errc::not_found) return false;
  Status gone = files_.remove(path());
  if (gone.ok()) gone = files_.sync_directory(root_);
  if (!gone.ok()) return in_context("remove the mark of an orderly stop", gone.error());
  return found.ok();
}

Status CleanMark::set() {
  const auto made = files_.create(path());
  return made.ok() ? files_.sync_directory(root_) : made.error();
}

}  // namespace larder::cache
