#include "daemon/config/show_trees.h"
#include "daemon/config/values.h"

namespace larder::config {

namespace {

void add_variables(Tree& tree, const std::vector<Variable>& variables) {
  for (const Variable& one : variables) tree["env"][one.name] = one.value;
}

void add_list(Tree& tree, const char* key, const std::vector<std::string>& texts) {
  if (!texts.empty()) tree[key] = texts;
}

void add(Tree& tree, const DockerConfig& config) {
  tree["file"] = config.file;
  tree["helper_directories"] = config.helper_directories;
  add_variables(tree, config.env);
}

void add(Tree& tree, const KubernetesSecret& config) {
  tree["directory"] = config.directory;
  add_list(tree, "secrets", config.secrets);
}

void add(Tree& tree, const ExecPlugin& plugin) {
  tree["command"] = plugin.command;
  add_list(tree, "args", plugin.args);
  add_variables(tree, plugin.env);
  add_list(tree, "match_images", plugin.match_images);
  tree["default_cache_duration"] = format_duration(plugin.default_cache_duration);
}

void add(Tree& tree, const Ecr& ecr) {
  add_text(tree, "region", ecr.region);
  add_text(tree, "profile", ecr.profile);
  add_text(tree, "role_arn", ecr.role_arn);
  add_text(tree, "role_session_name", ecr.role_session_name);
  add_text(tree, "external_id", ecr.external_id);
  add_text(tree, "access_key_id", ecr.access_key_id);
  add_secret(tree, "secret_access_key", ecr.secret_access_key);
  add_secret(tree, "session_token", ecr.session_token);
  add_text(tree, "api_url", ecr.api_url);
  add_text(tree, "sts_url", ecr.sts_url);
  add_text(tree, "metadata_url", ecr.metadata_url);
  add_text(tree, "container_url", ecr.container_url);
}

void add(Tree& tree, const Gcp& gcp) {
  tree["service_account"] = gcp.service_account;
  add_text(tree, "metadata_url", gcp.metadata_url);
}

void add(Tree& tree, const Acr& acr) {
  tree["identity"] = acr.identity == AcrIdentity::workload ? "workload" : "managed";
  add_text(tree, "client_id", acr.client_id);
  add_text(tree, "tenant", acr.tenant);
  add_text(tree, "token_file", acr.token_file);
  add_text(tree, "authority", acr.authority);
  add_text(tree, "resource", acr.resource);
  add_text(tree, "metadata_url", acr.metadata_url);
  add_text(tree, "registry_url", acr.registry_url);
}

void add_kinds_own(Tree& tree, const Auth& auth) {
  switch (auth.kind) {
    case AuthKind::anonymous:
      return;
    case AuthKind::basic:
      tree["username"] = auth.username;
      return add_secret(tree, "password", auth.password);
    case AuthKind::docker_config:
      return add(tree, auth.docker_config);
    case AuthKind::kubernetes_secret:
      return add(tree, auth.kubernetes_secret);
    case AuthKind::exec:
      return add(tree, auth.exec);
    case AuthKind::ecr:
      return add(tree, auth.ecr);
    case AuthKind::gcp:
      return add(tree, auth.gcp);
    case AuthKind::acr:
      return add(tree, auth.acr);
  }
}

}  // namespace

Tree tree_of(const Auth& auth) {
  Tree tree = {{"kind", std::string(to_string(auth.kind))}};
  add_kinds_own(tree, auth);
  add_list(tree, "realms", auth.realms);
  return tree;
}

void add_text(Tree& tree, const char* key, const std::string& text) {
  if (!text.empty()) tree[key] = text;
}

void add_secret(Tree& tree, const std::string& name, const SecretPlace& place) {
  add_text(tree, (name + "_file").c_str(), place.file);
  add_text(tree, (name + "_env").c_str(), place.environment);
}

}  // namespace larder::config
