// Credentials that files hold and programs give.
#include <algorithm>

#include "daemon/config/read_auth.h"
#include "daemon/config/shapes.h"

namespace larder::config {

namespace {

constexpr std::size_t kImagePatternCharsMax = 1024;
constexpr DurationRange kCacheDuration{Milliseconds(0), std::chrono::hours(24 * 365)};

// NAME or NAMESPACE/NAME
bool is_secret_reference(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) return is_kubernetes_name(text);
  return is_kubernetes_name(text.substr(0, slash)) && is_kubernetes_name(text.substr(slash + 1));
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._*:[]").find(c) != std::string_view::npos;
}

bool has_a_good_port(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  if (colon == authority.npos || (bracket != authority.npos && colon < bracket)) return true;
  const std::string_view port = authority.substr(colon + 1);
  return !port.empty() &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A registry, perhaps with * in its host, a port, and the beginning of a path.
bool is_image_pattern(std::string_view text) {
  if (text.size() > kImagePatternCharsMax) return false;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  }
  const std::string_view authority = text.substr(0, text.find('/'));
  const std::string_view path = text.substr(authority.size());
  const auto fits_a_path = [](char c) { return c > ' ' && c < '\x7f' && c != '?' && c != '#'; };
  return !authority.empty() && std::all_of(authority.begin(), authority.end(), is_host_character) &&
         has_a_good_port(authority) && std::all_of(path.begin(), path.end(), fits_a_path);
}

constexpr TextsShape kDirectories{"a list of folders", "the absolute path of a folder",
                                  is_absolute_path};
constexpr TextsShape kSecrets{"a list of secrets", "the NAME of a secret, or NAMESPACE/NAME",
                              is_secret_reference};
constexpr TextsShape kArguments{"a list of arguments", "a text in one line", is_printable};
constexpr TextsShape kImages{"a list of patterns",
                             "a pattern of images such as *.registry.example or quay.io/team",
                             is_image_pattern};

// `env`: names and values. They are shown with the config, so none may be a secret.
std::vector<Variable> read_variables(Section& parent) {
  std::vector<Variable> variables;
  std::optional<Section> section = parent.read_section("env");
  if (!section) return variables;
  for (const YamlEntry& entry : section->entries()) {
    const YamlNode& value = entry.value;
    if (!is_variable_name(entry.key)) {
      section->refuse_entry(entry, "no name of a variable", "one such as REGION");
    } else if (is_secret_name(entry.key)) {
      section->refuse_entry(entry, "what its name says is a secret",
                            "none: env is shown with the config. Programs read secrets from files");
    } else if (value.kind != YamlNode::Kind::scalar || !is_printable(value.text)) {
      section->refuse_entry(entry, "something else", "a text in one line");
    }
    variables.push_back({entry.key, value.text});
  }
  return variables;
}

}  // namespace

DockerConfig read_docker_config(Section& section) {
  DockerConfig config;
  section.require("file", "the absolute path of a Docker config");
  read_absolute_path(section, "file", config.file);
  section.read_texts("helper_directories", kDirectories, config.helper_directories);
  config.env = read_variables(section);
  return config;
}

KubernetesSecret read_kubernetes_secret(Section& section) {
  KubernetesSecret config;
  section.require("directory", "the absolute path of a folder");
  read_absolute_path(section, "directory", config.directory);
  section.read_texts("secrets", kSecrets, config.secrets);
  const bool is_one = !config.directory.empty() && config.secrets.empty();
  if (is_one && !is_kubernetes_name(last_part(config.directory))) {
    section.refuse("directory", in_quotes(config.directory),
                   "secrets, or the folder of one secret, with a name that a secret can have");
  }
  return config;
}

ExecPlugin read_exec(Section& section) {
  ExecPlugin plugin;
  section.require("command", "the absolute path of a program");
  read_absolute_path(section, "command", plugin.command);
  section.read_texts("args", kArguments, plugin.args);
  plugin.env = read_variables(section);
  section.read_texts("match_images", kImages, plugin.match_images);
  section.read_duration("default_cache_duration", kCacheDuration, plugin.default_cache_duration);
  return plugin;
}

}  // namespace larder::config
