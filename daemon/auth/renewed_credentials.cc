#include "daemon/auth/renewed_credentials.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace larder::auth {

namespace {

// A cloud's answer takes longer than a registry may: several exchanges behind one another.
constexpr std::chrono::seconds kRenewalLimit{15};

// One that does not say when it ends is asked for anew after half of this.
constexpr std::chrono::minutes kLifetimeUnsaid{10};

// Little before its end it would be refused on its way.
constexpr std::chrono::seconds kMargin{5};

}  // namespace

RenewedCredentials::RenewedCredentials(std::string kind, std::unique_ptr<CredentialSource> source,
                                       Clock& clock, RenewalObserver& observer)
    : source_(std::move(source)), clock_(clock), renewals_(std::move(kind), clock, observer) {}

Result<std::vector<Credential>> RenewedCredentials::credentials(
    const CredentialQuestion& question) {
  const auto credential = renewals_.get(
      question.host,
      [this, host = question.host](std::optional<MonoTime> deadline, const std::stop_token& stop) {
        return ask(host, deadline, stop);
      },
      question.deadline, question.stop);
  if (!credential) return credential.error();
  return std::vector{*credential};
}

void RenewedCredentials::renew_due(const std::stop_token& stop) {
  renewals_.renew_due(kRenewalLimit, stop);
}

Result<Renewals::Granted> RenewedCredentials::ask(const std::string& host,
                                                  std::optional<MonoTime> deadline,
                                                  const std::stop_token& stop) {
  const auto credentials = source_->credentials({host, "", deadline, stop});
  if (!credentials) return credentials.error();
  if (credentials->empty()) return Error{Errc::denied, "no credential is given for " + host};
  const Credential& credential = credentials->front();
  const Duration life = credential.expires ? *credential.expires - clock_.wall() - kMargin
                                           : Duration(kLifetimeUnsaid);
  if (life <= Duration::zero()) {
    return Error{Errc::denied, "the credential given for " + host + " has ended already"};
  }
  return Renewals::Granted{credential, clock_.now() + life};
}

}  // namespace larder::auth
