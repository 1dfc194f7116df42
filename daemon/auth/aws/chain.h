// The places where AWS keys are looked for, one after another, until one has some.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/base/result.h"
#include "daemon/auth/aws/container.h"
#include "daemon/auth/aws/environment.h"
#include "daemon/auth/aws/fixed_keys.h"
#include "daemon/auth/aws/keys.h"
#include "daemon/auth/aws/profile_keys.h"
#include "daemon/auth/aws/profiles.h"

namespace larder::aws {

// Thread-safety: any thread. Blocks: as its providers do.
class Chain {
 public:
  explicit Chain(std::vector<std::unique_ptr<KeyProvider>> providers);

  // The first keys there are. Returns: not_found, with every provider's reason, when none is set
  // up; the error of the first that is set up and gives none, naming it.
  Result<Answer> keys(const Patience& patience);

 private:
  const std::vector<std::unique_ptr<KeyProvider>> providers_;
};

// Which keys the operator wants; by default whatever there is.
struct ChainChoice {
  std::optional<KeyPlaces> keys{};       // these, and nothing else is looked at
  std::string profile{};                 // this one of the shared files, and nothing else
  std::optional<http::Url> metadata{};   // EC2's metadata service
  std::optional<http::Url> container{};  // container credentials
};

struct ChainTools {
  http::Client& services;  // for STS; through proxies where there are any
  http::Client& local;     // for metadata and container credentials: reaches everything directly
  const Clock& clock;
  StsLocator sts;  // and the environment
  RunProgram run;
};

// Config, or a profile it names, or, in this order: environment, web identity, shared files,
// container, instance metadata. What `tools` refers to must outlive the chain.
Chain make_chain(const ChainChoice& choice, const ChainTools& tools);

}  // namespace larder::aws
