// Explains an image name: where it leads, what is cached, and what a pull would do now.
//
// Nobody is asked for it, and nothing is changed by it: no upstream, no use is counted.
// Thread-safety: any thread. Blocks: on disk and index.
#pragma once

#include <string_view>

#include "cache/base/result.h"
#include "cache/store.h"
#include "daemon/registry/conclusion.h"
#include "daemon/registry/explanation.h"
#include "daemon/registry/manifests.h"
#include "daemon/registry/target.h"

namespace larder::registry {

// What is passed by reference must outlive the explainer.
struct ExplainerParts {
  upstream::Upstreams& upstreams;
  const Manifests& manifests;
  const cache::Store& store;
  const Clock& clock;
  bool is_offline = false;
  Platform platform = node_platform();
};

class Explainer {
 public:
  explicit Explainer(ExplainerParts parts) : parts_(std::move(parts)) {}

  // Of a name that no upstream matches too: the conclusion says so.
  // Returns: invalid for a malformed name.
  Result<Explanation> explain(std::string_view text) const;

 private:
  void add_target(Explanation& explanation, const Target& target) const;
  void add_documents(Explanation& explanation, Descriptor what) const;
  std::vector<PartFacts> parts_of(const ImageContents& contents) const;
  TagFacts tag_facts(const Standing& standing) const;

  const ExplainerParts parts_;
};

}  // namespace larder::registry
