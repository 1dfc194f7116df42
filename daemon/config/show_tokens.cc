#include "daemon/config/show_trees.h"
#include "daemon/config/values.h"

namespace larder::config {

namespace {

Tree tree_of(const TokenIssuer& issuer) {
  Tree tree = {{"name", issuer.name}, {"issuer", issuer.issuer}};
  tree["audiences"] = issuer.audiences;
  tree["kubernetes"] = issuer.kubernetes;
  add_text(tree, "node", issuer.node);
  add_text(tree, "node_env", issuer.node_env);
  add_text(tree, "jwks_file", issuer.jwks_file);
  add_text(tree, "jwks_url", issuer.jwks_url);
  add_text(tree, "discovery_url", issuer.discovery_url);
  add_text(tree, "ca", issuer.ca_file);
  add_text(tree, "bearer_token_file", issuer.bearer_token_file);
  return tree;
}

Tree tree_of(const TokenKeys& keys) {
  Tree tree = Tree::object();
  add_text(tree, "file", keys.file);
  tree["read_only"] = keys.read_only;
  if (!keys.read_only) tree["rotation"] = format_duration(keys.rotation);
  return tree;
}

}  // namespace

Tree tree_of(const Tokens& tokens) {
  Tree tree = {{"issuer", tokens.issuer}, {"service", tokens.service}};
  tree["lifetime"] = format_duration(tokens.lifetime);
  tree["with_certificate"] = tokens.with_certificate;
  tree["keys"] = tree_of(tokens.keys);
  add_text(tree, "htpasswd", tokens.htpasswd_file);
  add_text(tree, "access_keys", tokens.access_keys_file);
  tree["anonymous"] = tokens.anonymous;
  for (const TokenIssuer& issuer : tokens.issuers) tree["issuers"].push_back(tree_of(issuer));
  tree["grants"] = {{"ttl", format_duration(tokens.grants.ttl)},
                    {"grace", format_duration(tokens.grants.grace)}};
  return tree;
}

}  // namespace larder::config
