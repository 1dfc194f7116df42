// A page of a repository's tags, as a registry gives it.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "daemon/upstream/list_page.h"

namespace larder::upstream {

struct TagList {
  std::vector<std::string> tags;  // in the registry's order
  std::optional<ListPage> next;   // nothing: this page is the last one

  bool operator==(const TagList&) const = default;
};

// The tags in {"name":"team/app","tags":["1.0"]}, without those that break the grammar; "tags" may
// be null. Returns: upstream_down when it is anything else.
Result<std::vector<std::string>> parse_tags(std::string_view body);

}  // namespace larder::upstream
