// The issuers whose tokens are exchanged for ours.
#include <algorithm>
#include <map>
#include <string>

#include "daemon/config/read_auth.h"
#include "daemon/config/sections.h"
#include "daemon/config/shapes.h"
#include "daemon/config/urls.h"

namespace larder::config {

namespace {

constexpr std::size_t kIssuersMax = 32;
constexpr std::size_t kNameCharsMax = 32;  // a part of log lines and of tokens
constexpr std::string_view kIssuerShape = "what tokens have as iss, such as https://issuer.example";

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return text.size() <= kNameCharsMax && std::all_of(text.begin(), text.end(), fits);
}

// Below which its discovery document is.
bool is_url(std::string_view text) {
  return !service_fault(text);
}

constexpr TextsShape kAudiences{"a list of audiences",
                                "what tokens for Larder have as aud, such as node-mirror", is_word};

void read_audiences(Section& section, std::vector<std::string>& audiences) {
  section.require("audiences", "a list of at least one: a token for others must not be taken");
  section.read_texts("audiences", kAudiences, audiences);
  const YamlNode* const node = section.find("audiences");
  if (node != nullptr && node->kind == YamlNode::Kind::sequence && audiences.empty()) {
    section.refuse("audiences", "an empty list", "at least one");
  }
}

void read_kubernetes(Section& section, TokenIssuer& issuer) {
  section.read_flag("kubernetes", issuer.kubernetes);
  section.read_text("node", "the name of a node", is_kubernetes_name, issuer.node);
  section.read_text("node_env", "the name of an environment variable", is_variable_name,
                    issuer.node_env);
  if (section.has("node") && section.has("node_env")) {
    section.refuse("node_env", "both node and node_env", "one of them");
  }
  if (issuer.kubernetes) return;
  for (const std::string_view key : {"node", "node_env"}) {
    refuse_idle(section, key, "it only with kubernetes: true");
  }
}

// What proves tokens must not be had more easily than the issuer is spoken to.
void read_document_url(Section& section, std::string_view key, const std::string& issuer,
                       std::string& into) {
  constexpr std::string_view kShape = "a URL such as https://issuer.example/keys";
  const YamlNode* const node = section.find(key);
  if (node == nullptr) return;
  if (node->kind != YamlNode::Kind::scalar) return section.refuse(*node, key, kShape);
  if (const auto fault = document_fault(node->text)) return section.refuse(key, *fault, kShape);
  if (!node->text.starts_with("https:") && !issuer.starts_with("http:")) {
    section.refuse(key, "plain http", "https, unless the issuer is http itself");
  }
  into = node->text;
}

void refuse_second_source(Section& section) {
  std::string_view first;
  for (const std::string_view key : {"jwks_file", "jwks_url", "discovery_url"}) {
    if (!section.has(key)) continue;
    if (!first.empty()) {
      section.refuse(key, "it and " + std::string(first), "one place of the issuer's keys");
    }
    if (first.empty()) first = key;
  }
  if (!first.empty() || !section.has("issuer")) return;
  const YamlNode& issuer = *section.find("issuer");
  if (issuer.kind == YamlNode::Kind::scalar && !is_url(issuer.text)) {
    section.refuse("jwks_file", "nothing",
                   "jwks_file, jwks_url or discovery_url: the issuer is no URL to ask");
  }
}

void read_key_place(Section& section, TokenIssuer& issuer) {
  read_absolute_path(section, "jwks_file", issuer.jwks_file);
  read_document_url(section, "jwks_url", issuer.issuer, issuer.jwks_url);
  read_document_url(section, "discovery_url", issuer.issuer, issuer.discovery_url);
  refuse_second_source(section);
  read_absolute_path(section, "ca", issuer.ca_file);
  section.read_unshown("bearer_token_file", "the absolute path of a file", is_absolute_path,
                       issuer.bearer_token_file);
  if (!section.has("jwks_file")) return;
  for (const std::string_view key : {"ca", "bearer_token_file"}) {
    refuse_idle(section, key, "it only without jwks_file");
  }
}

TokenIssuer read_issuer(Section& section) {
  TokenIssuer issuer;
  section.require("name", "a name such as cluster");
  section.read_text("name", "at most 32 of the characters a-z, 0-9 and -", is_name, issuer.name);
  section.require("issuer", kIssuerShape);
  section.read_text("issuer", kIssuerShape, is_word, issuer.issuer);
  read_audiences(section, issuer.audiences);
  read_kubernetes(section, issuer);
  read_key_place(section, issuer);
  section.finish();
  return issuer;
}

// What may be there only once, and the line where it first was.
using Lines = std::map<std::string, int>;

void claim(Section& section, std::string_view key, Lines& lines, const std::string& id,
           const std::string& shown) {
  const auto [first, is_new] = lines.emplace(id, section.line_of(key));
  if (is_new || shown.empty()) return;
  section.refuse(key, in_quotes(shown),
                 "another than line " + std::to_string(first->second) + " has");
}

}  // namespace

void read_token_issuers(Section& section, std::vector<TokenIssuer>& issuers) {
  const auto elements = section.read_list("issuers", "a list of issuers");
  if (!elements) return;
  if (elements->size() > kIssuersMax) {
    return section.refuse("issuers", std::to_string(elements->size()) + " issuers", "at most 32");
  }
  Lines names;
  Lines audiences;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    Section element = section.element("issuers", i, *(*elements)[i]);
    const TokenIssuer& one = issuers.emplace_back(read_issuer(element));
    claim(element, "name", names, one.name, one.name);
    // A token is judged by the first entry that it is for.
    for (const std::string& audience : one.audiences) {
      claim(element, "audiences", audiences, one.issuer + ' ' + audience, audience);
    }
  }
}

}  // namespace larder::config
