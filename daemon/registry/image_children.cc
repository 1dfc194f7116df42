#include "daemon/registry/image_children.h"

namespace larder::registry {

std::vector<cache::Digest> image_children(const cache::Document& document) {
  std::vector<cache::Digest> children;
  for (const Descriptor& part : image_contents(document).parts) children.push_back(part.digest);
  return children;
}

}  // namespace larder::registry
