// A manifest asked of one endpoint.
//
// Thread-safety: functions of their arguments. Blocks: on the network, until the deadline at most.
#pragma once

#include <optional>
#include <string>

#include "cache/digest.h"
#include "daemon/upstream/ask.h"
#include "daemon/upstream/endpoint.h"
#include "daemon/upstream/upstream.h"

namespace larder::upstream {

struct ManifestName {
  std::string repository;
  std::string reference;                // a tag or a digest
  std::optional<cache::Digest> digest;  // `reference` when it is one
};

// As Upstream::head_manifest and get_manifest.
Result<ManifestInfo> head_manifest(Endpoint& endpoint, const ManifestName& name, const Ask& ask);
Result<FetchedManifest> get_manifest(Endpoint& endpoint, const ManifestName& name, const Ask& ask);

}  // namespace larder::upstream
