// The larger parts of the effective config as trees of mappings, lists, texts and flags.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "daemon/config/auth.h"
#include "daemon/config/listener.h"

namespace larder::config {

using Tree = nlohmann::ordered_json;

Tree tree_of(const Listener& listener);
Tree tree_of(const Auth& auth);
Tree tree_of(const Tokens& tokens);

// Keys of what is not set are left out.
void add_text(Tree& tree, const char* key, const std::string& text);
// As `NAME_file` or `NAME_env`.
void add_secret(Tree& tree, const std::string& name, const SecretPlace& place);

}  // namespace larder::config
