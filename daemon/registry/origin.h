// Where the document of a name that can change comes from: one upstream, one question.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cache/digest.h"
#include "cache/index.h"
#include "daemon/upstream/ask.h"
#include "daemon/upstream/upstream.h"

namespace larder::registry {

// What a name means now.
struct Confirmed {
  upstream::ManifestInfo info;
  std::optional<cache::Document> document;  // when it came along
};

// Thread-safety: any thread. Blocks: on the network, until ask.deadline at most.
// Errors: as Upstream::head_manifest and get_manifest.
class Origin {
 public:
  virtual ~Origin() = default;

  // The document's bytes now. With `version`, these bytes and no others.
  virtual Result<upstream::FetchedManifest> fetch(
      const upstream::Ask& ask, const std::optional<cache::Digest>& version) const = 0;

  // In whose name it asks, as Target::asker().
  virtual std::string asker() const { return {}; }

  // Whether the document is worth a row of the index; what is not is asked for each time.
  virtual bool is_kept(const cache::Document&) const { return true; }

  // What the name means now, as cheaply as can be had. Without a cheap way: by fetching.
  virtual Result<Confirmed> confirm(const upstream::Ask& ask) const {
    auto fetched = fetch(ask, std::nullopt);
    if (!fetched) return fetched.error();
    cache::Document& document = fetched->document;
    return Confirmed{{fetched->digest, document.media_type, document.bytes.size()},
                     std::move(document)};
  }
};

// Shared by the request and by what refreshes the name after it.
using OriginPtr = std::shared_ptr<const Origin>;

}  // namespace larder::registry
