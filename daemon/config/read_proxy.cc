#include "daemon/config/read_access.h"
#include "daemon/config/read_auth.h"
#include "daemon/config/urls.h"

namespace larder::config {

namespace {

constexpr std::string_view kProxyShape = "environment, none, or a mapping with the url of a proxy";
constexpr std::string_view kUrlShape = "a URL such as http://proxy.example:3128";
constexpr TextsShape kNoProxy{
    "a list of hosts and networks",
    "*, a host such as registry.example, .example or registry.example:5000, an address, or a "
    "network such as 10.0.0.0/8",
    is_no_proxy_entry};

void read_url(Section& section, std::string& into) {
  const YamlNode* const node = section.find("url");
  if (node == nullptr || node->kind != YamlNode::Kind::scalar) {
    if (node == nullptr) section.refuse("url", "nothing", kUrlShape);
    if (node != nullptr) section.refuse(*node, "url", kUrlShape);
    return;
  }
  if (const auto fault = proxy_fault(node->text)) section.refuse("url", *fault, kUrlShape);
  into = node->text;
}

Proxy read_server(Section section) {
  Proxy proxy;
  proxy.kind = ProxyKind::server;
  read_url(section, proxy.url);
  section.read_texts("no_proxy", kNoProxy, proxy.no_proxy);
  bool has_credential = false;
  for (const std::string_view key : {"username", "password_file", "password_env", "password"}) {
    has_credential = section.has(key) || has_credential;
  }
  if (has_credential) read_credential(section, proxy.username, proxy.password);
  section.finish();
  return proxy;
}

}  // namespace

std::optional<Proxy> read_proxy(Section& section) {
  const YamlNode* const node = section.find("proxy");
  if (node == nullptr) return std::nullopt;
  if (node->kind == YamlNode::Kind::mapping) return read_server(*section.read_section("proxy"));
  Proxy proxy;
  if (node->kind == YamlNode::Kind::scalar && node->text == "none") {
    proxy.kind = ProxyKind::none;
  } else if (node->kind != YamlNode::Kind::scalar || node->text != "environment") {
    // Not repeated: it may be a URL with a password.
    section.refuse("proxy", "something else", kProxyShape);
  }
  return proxy;
}

}  // namespace larder::config
