// What the lists of tags and of referrers have in common.
#pragma once

#include <chrono>

namespace larder::registry {

struct ListsOptions {
  std::chrono::milliseconds deadline{3000};
  bool offline = false;
};

}  // namespace larder::registry
