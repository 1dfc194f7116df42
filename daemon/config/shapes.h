// The shapes of paths and of names in the config. Nothing is looked up.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <string_view>

namespace larder::config {

inline bool anything(std::string_view) {
  return true;
}

// Line breaks and tabs can be written in YAML; no value of ours has one, and a log line must not.
bool is_printable(std::string_view text);

// Of a file or a folder, without a "/" at its end.
bool is_absolute_path(std::string_view text);

// Of an environment variable.
bool is_variable_name(std::string_view text);

// A variable that by its name holds a secret: "PLUGIN_TOKEN", but not "PLUGIN_TOKEN_FILE".
bool is_secret_name(std::string_view text);

// What Kubernetes takes for a secret or a namespace: a DNS subdomain (RFC 1123).
bool is_kubernetes_name(std::string_view text);

// 1 to 255 printable characters of ASCII, none of them a space, " or a backslash: what may stand
// anywhere in a header and a token.
bool is_word(std::string_view text);

}  // namespace larder::config
