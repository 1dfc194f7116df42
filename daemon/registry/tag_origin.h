// A tag's image manifest or index, at its upstream: confirmed by a conditional HEAD.
#pragma once

#include <memory>
#include <string>

#include "daemon/registry/origin.h"
#include "daemon/registry/target.h"

namespace larder::registry {

class TagOrigin final : public Origin {
 public:
  TagOrigin(Target target, std::string tag) : target_(std::move(target)), tag_(std::move(tag)) {}

  std::string asker() const override { return target_.asker(); }

  Result<upstream::FetchedManifest> fetch(
      const upstream::Ask& ask, const std::optional<cache::Digest>& version) const override {
    return target_.upstream->get_manifest(target_.repository, version ? version->str() : tag_,
                                          target_.asking(ask));
  }

  Result<Confirmed> confirm(const upstream::Ask& ask) const override {
    auto info = target_.upstream->head_manifest(target_.repository, tag_, target_.asking(ask));
    if (!info) return info.error();
    return Confirmed{*std::move(info), std::nullopt};
  }

 private:
  const Target target_;
  const std::string tag_;
};

}  // namespace larder::registry
