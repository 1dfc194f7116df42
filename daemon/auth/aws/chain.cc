#include "daemon/auth/aws/chain.h"

#include <utility>

#include "daemon/auth/aws/instance_metadata.h"
#include "daemon/auth/aws/shared_files.h"
#include "daemon/auth/aws/web_identity.h"

namespace larder::aws {

namespace {

using Provider = std::unique_ptr<KeyProvider>;
using Providers = std::vector<Provider>;

// What a profile's credential_source names.
ProfileTools::MakeSource sources(const ChainChoice& choice, const ChainTools& tools) {
  return [choice, &local = tools.local, &clock = tools.clock,
          environment = tools.sts.environment](std::string_view source) -> Provider {
    if (source == "Environment") return std::make_unique<EnvironmentKeys>(environment);
    if (source == "EcsContainer") {
      return std::make_unique<ContainerKeys>(local, clock, environment, choice.container);
    }
    if (source == "Ec2InstanceMetadata") {
      return std::make_unique<InstanceKeys>(local, clock, environment, choice.metadata);
    }
    return nullptr;
  };
}

Provider shared_files(const ChainChoice& choice, const ChainTools& tools) {
  ProfileTools profile_tools{tools.services, tools.clock, tools.sts, tools.run,
                             sources(choice, tools)};
  return std::make_unique<SharedFilesKeys>(shared_files_of(tools.sts.environment), choice.profile,
                                           std::move(profile_tools));
}

}  // namespace

Chain::Chain(Providers providers) : providers_(std::move(providers)) {}

Result<Answer> Chain::keys(const Patience& patience) {
  std::string reasons;
  for (const auto& provider : providers_) {
    auto answer = provider->keys(patience);
    const std::string name(provider->name());
    if (!answer) {
      Error error = in_context("AWS keys: " + name, answer.error());
      if (!reasons.empty()) error.context += " (not set up:" + reasons + ")";
      return error;
    }
    if (answer->has_keys()) return answer;
    reasons += (reasons.empty() ? " " : "; ") + name + ": " + answer->told();
  }
  return Error{Errc::not_found, "no AWS keys:" + reasons};
}

Chain make_chain(const ChainChoice& choice, const ChainTools& tools) {
  const Environment& environment = tools.sts.environment;
  Providers providers;
  if (choice.keys) {
    providers.push_back(std::make_unique<ConfiguredKeys>(*choice.keys, environment));
    return Chain(std::move(providers));
  }
  if (!choice.profile.empty()) {
    providers.push_back(shared_files(choice, tools));
    return Chain(std::move(providers));
  }
  auto make_source = sources(choice, tools);
  providers.push_back(make_source("Environment"));
  providers.push_back(std::make_unique<WebIdentity>(tools.services, tools.clock, tools.sts));
  providers.push_back(shared_files(choice, tools));
  providers.push_back(make_source("EcsContainer"));
  providers.push_back(make_source("Ec2InstanceMetadata"));
  return Chain(std::move(providers));
}

}  // namespace larder::aws
