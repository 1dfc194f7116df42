// The identities of Google's and Azure's machines and pods.
#include <algorithm>

#include "daemon/config/read_auth.h"
#include "daemon/config/shapes.h"

namespace larder::config {

namespace {

constexpr std::size_t kAccountCharsMax = 256;

bool is_account(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("@.-_").find(c) != std::string_view::npos;
  };
  return text.size() <= kAccountCharsMax && std::all_of(text.begin(), text.end(), fits);
}

void read_workload(Section& section, Acr& acr) {
  section.read_unshown("token_file", "the absolute path of a file", is_absolute_path,
                       acr.token_file);
  read_service_url(section, "authority", acr.authority);
  refuse_idle(section, "metadata_url", "it only with identity: managed");
}

void read_managed(Section& section, Acr& acr) {
  read_service_url(section, "metadata_url", acr.metadata_url);
  for (const std::string_view key : {"token_file", "authority"}) {
    refuse_idle(section, key, "it only with identity: workload");
  }
}

}  // namespace

Gcp read_gcp(Section& section) {
  Gcp gcp;
  section.read_text("service_account", "default, or the e-mail address of a service account",
                    is_account, gcp.service_account);
  read_service_url(section, "metadata_url", gcp.metadata_url);
  return gcp;
}

Acr read_acr(Section& section) {
  Acr acr;
  std::string identity = "managed";
  section.read_choice("identity", {"managed", "workload"}, identity);
  acr.identity = identity == "workload" ? AcrIdentity::workload : AcrIdentity::managed;
  section.read_text("client_id", "the client id of an identity", is_word, acr.client_id);
  section.read_text("tenant", "the id or a domain of a tenant", is_word, acr.tenant);
  read_service_url(section, "resource", acr.resource);
  read_service_url(section, "registry_url", acr.registry_url);
  if (acr.identity == AcrIdentity::workload) {
    read_workload(section, acr);
  } else {
    read_managed(section, acr);
  }
  return acr;
}

}  // namespace larder::config
