// Everything there is to say about an image name: where it leads, what is cached of it, how fresh
// it is, and what a pull would do now.
//
// Thread-safety: values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/clock.h"
#include "cache/blob_presence.h"
#include "cache/index.h"
#include "daemon/registry/image_contents.h"
#include "daemon/upstream/freshness.h"
#include "daemon/upstream/upstream.h"

namespace larder::registry {

// Which upstream answers, and by which line of the config.
struct RouteFacts {
  std::string host;        // as the name says: "docker.io"
  std::string repository;  // at the upstream: "library/redis"
  std::string reference;   // a tag or a digest
  std::string rule;        // the `match` of the config's entry; empty: none, a closed world
  std::optional<upstream::UpstreamReport> upstream;
};

// What is known of a tag.
struct TagFacts {
  cache::TagRecord record;
  upstream::Freshness freshness = upstream::Freshness::stale;
  std::string rule;  // the `match` of the config's freshness entry; empty: none
  std::chrono::milliseconds ttl{};
  std::chrono::milliseconds ttl_left{};    // negative: past it
  std::optional<WallTime> servable_until;  // if nobody confirms it; nothing: for ever
};

// A config, layer or other blob of an image.
struct PartFacts {
  enum class Role { config, layer, blob };

  Role role = Role::blob;
  Descriptor what;
  cache::BlobPresence presence;
};

// An image manifest or index.
struct DocumentFacts {
  Descriptor what;  // type and size as far as they are known
  bool is_cached = false;
  ImageContents::Kind kind = ImageContents::Kind::other;
  std::vector<PartFacts> parts{};
  std::vector<Descriptor> other_platforms{};  // of an index: never fetched for this node
  bool has_no_platform = false;               // of an index: nothing in it is for this node
};

// The parts of an image, counted.
struct Tally {
  std::size_t parts = 0;
  std::size_t whole = 0;
  std::size_t being_fetched = 0;
  std::uint64_t bytes = 0;
  std::uint64_t present_bytes = 0;

  bool is_complete() const { return whole == parts; }
};

// What a pull would get now.
enum class Outlook {
  cached,   // the cached document; nobody is asked
  confirm,  // the cached one, after upstream was asked whether it is still so
  stale,    // the cached one, past its TTL: nobody may be asked
  gone,     // the cached one, although upstream has said that it is no more
  fetch,    // the document from upstream
  refuse,   // an error, at once
};
std::string_view to_string(Outlook outlook);

struct Conclusion {
  Outlook outlook = Outlook::refuse;
  int status = 404;      // of the answer, if upstream plays along
  std::string document;  // one sentence: what happens to the manifest, and why
  std::string parts{};   // one sentence on what it is made of; empty when that does not matter
  std::string cause{};   // refuse: one word, as the answer's Cache-Status has it
};

struct Explanation {
  std::string name;  // in full: "docker.io/library/redis:7"
  RouteFacts route;
  bool is_offline = false;
  std::optional<TagFacts> tag;  // nothing: a digest was named, or the tag was never seen
  Platform platform;            // of this node
  // From the one that the name means down to this node's image manifest; empty: not known.
  std::vector<DocumentFacts> documents;
  // Whether every part of the image for this node is known.
  bool is_known = false;
  Tally tally;
  Conclusion conclusion;
};

}  // namespace larder::registry
