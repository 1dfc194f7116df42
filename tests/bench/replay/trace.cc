#include "tests/bench/replay/trace.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

namespace larder::bench {

namespace {

constexpr int kDays = 7;
constexpr std::uint32_t kPullsPerDay = 4000;
constexpr std::uint32_t kImages = 300;
constexpr std::uint32_t kBases = 30;
constexpr std::uint32_t kReleasesPerDay = 40;  // when there is no rolling update
constexpr double kZipfExponent = 0.9;
constexpr double kOldVersionShare = 0.1;  // of pulls, without a rolling update
constexpr double kCheckShare = 0.2;       // of pulls, for the manifest alone

class Zipf {
 public:
  explicit Zipf(std::size_t count) {
    double sum = 0;
    for (std::size_t rank = 1; rank <= count; ++rank) {
      sum += 1 / std::pow(static_cast<double>(rank), kZipfExponent);
      sums_.push_back(sum);
    }
  }
  std::uint32_t operator()(std::mt19937_64& random) const {
    const double at = std::uniform_real_distribution(0.0, sums_.back())(random);
    const auto found = std::upper_bound(sums_.begin(), sums_.end(), at);
    return static_cast<std::uint32_t>(std::min<std::ptrdiff_t>(
        found - sums_.begin(), static_cast<std::ptrdiff_t>(sums_.size()) - 1));
  }

 private:
  std::vector<double> sums_;
};

class TraceMaker {
 public:
  explicit TraceMaker(const TraceSpec& spec) : spec_(spec), random_(spec.seed) {
    for (std::uint32_t base = 0; base < kBases; ++base) bases_.push_back(layers(1, 4));
    for (std::uint32_t image = 0; image < kImages; ++image) {
      images_.push_back({base_popularity_(random_), layers(2, 6), 0, 0});
      add_version(images_.back());
      images_.back().before = images_.back().newest;
    }
  }

  Trace make() {
    for (int day = 0; day < kDays; ++day) {
      for (std::uint32_t pull = 0; pull < kPullsPerDay; ++pull) {
        release_at(pull);
        pull_one();
      }
      if (spec_.nightly_scan) scan();
    }
    return std::move(trace_);
  }

 private:
  struct Image {
    std::uint32_t base;
    std::vector<ObjectId> layers;
    VersionId newest;
    VersionId before;
  };

  void release_at(std::uint32_t pull) {
    const std::uint32_t releases = spec_.rolling_update ? kImages : kReleasesPerDay;
    const std::uint32_t number = pull * releases / kPullsPerDay;
    if (pull != 0 && number == (pull - 1) * releases / kPullsPerDay) return;
    release(images_[spec_.rolling_update ? number : between(0, kImages - 1)]);
  }

  // Some of the upper layers are built anew.
  void release(Image& image) {
    const std::size_t changed = between(1, std::min<std::uint64_t>(3, image.layers.size()));
    for (std::size_t i = 0; i < changed; ++i)
      image.layers.end()[-1 - static_cast<int>(i)] = layer();
    image.before = image.newest;
    add_version(image);
    trace_.world.versions[image.newest].replaces = image.before;
    trace_.pulls.push_back({image.newest});
  }

  void pull_one() {
    const Image& image = images_[popularity_(random_)];
    const bool old = !spec_.rolling_update && chance(kOldVersionShare);
    trace_.pulls.push_back({old ? image.before : image.newest, !chance(kCheckShare)});
  }

  void scan() {
    for (const Image& image : images_) trace_.pulls.push_back({image.newest});
  }

  void add_version(Image& image) {
    Version version;
    version.objects = {object(between(500, 4000)), object(between(1000, 20000))};
    for (const auto* group : {&bases_[image.base], &image.layers}) {
      version.objects.insert(version.objects.end(), group->begin(), group->end());
    }
    image.newest = static_cast<VersionId>(trace_.world.versions.size());
    for (const ObjectId id : version.objects) trace_.world.needed_by[id].push_back(image.newest);
    trace_.world.versions.push_back(std::move(version));
  }

  std::vector<ObjectId> layers(std::uint64_t min, std::uint64_t max) {
    std::vector<ObjectId> made(between(min, max));
    for (ObjectId& id : made) id = layer();
    return made;
  }
  ObjectId layer() {
    const double size = std::lognormal_distribution(std::log(5e6), 2.0)(random_);
    return object(static_cast<std::uint64_t>(std::clamp(size, 10240.0, 2147483648.0)));
  }
  ObjectId object(std::uint64_t size_bytes) {
    trace_.world.size_bytes.push_back(size_bytes);
    trace_.world.needed_by.emplace_back();
    return static_cast<ObjectId>(trace_.world.size_bytes.size() - 1);
  }

  std::uint64_t between(std::uint64_t min, std::uint64_t max) {
    return std::uniform_int_distribution(min, max)(random_);
  }
  bool chance(double share) { return std::bernoulli_distribution(share)(random_); }

  const TraceSpec spec_;
  std::mt19937_64 random_;
  const Zipf popularity_{kImages};
  const Zipf base_popularity_{kBases};
  std::vector<std::vector<ObjectId>> bases_;
  std::vector<Image> images_;
  Trace trace_;
};

}  // namespace

std::uint64_t Trace::footprint_bytes() const {
  std::set<ObjectId> asked;
  for (const Pull& pull : pulls) {
    const auto& objects = world.versions[pull.version].objects;
    asked.insert(objects.begin(), objects.end());
  }
  std::uint64_t bytes = 0;
  for (const ObjectId id : asked) bytes += world.size_bytes[id];
  return bytes;
}

Trace make_trace(const TraceSpec& spec) {
  return TraceMaker(spec).make();
}

}  // namespace larder::bench
