// What a token allows, and the scope parameter that asks for it (the Docker token specification).
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"

namespace larder::tokens {

struct Access {
  std::string type;                  // "repository", "registry"
  std::string class_name{};          // "plugin"; deprecated, mostly empty
  std::string name;                  // "team/app", "ghcr.io/team/app", "host:5000/app", "catalog"
  std::vector<std::string> actions;  // sorted, none twice: "delete", "pull", "push", "*"

  bool operator==(const Access&) const = default;
};

// resourcescope *( " " resourcescope ). The same resource named again adds its actions; an empty
// scope asks for nothing. Returns: invalid when it does not follow the grammar, or when it is
// larger than 8 KiB, names more than 64 resources, one of more than 512 bytes or 16 actions.
Result<std::vector<Access>> parse_scope(std::string_view scope);
// Several parameters together, with the same limits for all of them.
Result<std::vector<Access>> parse_scopes(const std::vector<std::string>& scopes);

// "repository:team/app:pull,push registry:catalog:*"
std::string scope_text(const std::vector<Access>& accesses);

// Whether `action` on the repository is among what was granted; "*" stands for every action.
bool allows(const std::vector<Access>& granted, std::string_view repository,
            std::string_view action);

}  // namespace larder::tokens
