// Image pulls made up from a seed: what the eviction policies are compared on.
//
// Images stand on shared base layers and get new versions, which replace some of their own layers.
// Popularity follows Zipf's law, layer sizes a log-normal one between 10 KiB and 2 GiB.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace larder::bench {

using ObjectId = std::uint32_t;
using VersionId = std::uint32_t;

// A version of an image: manifest, config, layers.
struct Version {
  std::vector<ObjectId> objects;
  std::optional<VersionId> replaces;  // the one its tag named before

  ObjectId manifest() const { return objects.front(); }
};
inline constexpr std::size_t kDocuments = 2;  // the first objects of a version: manifest and config

struct World {
  std::vector<std::uint64_t> size_bytes;          // by object
  std::vector<std::vector<VersionId>> needed_by;  // by object
  std::vector<Version> versions;
};

struct Pull {
  VersionId version = 0;
  bool whole = true;  // false: the node has the layers and asks for the manifest alone
};

struct Trace {
  World world;
  std::vector<Pull> pulls;

  // All different bytes that are asked for.
  std::uint64_t footprint_bytes() const;
};

struct TraceSpec {
  std::string name;
  bool nightly_scan = false;    // after each day, every image once
  bool rolling_update = false;  // each day, a new version of every image; the old one is not asked
  std::uint64_t seed = 1;
};

Trace make_trace(const TraceSpec& spec);

}  // namespace larder::bench
