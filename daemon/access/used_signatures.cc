#include "daemon/access/used_signatures.h"

#include "daemon/auth/aws/request_signature.h"

namespace larder::access {

namespace {

// One that was made by a clock that is as far ahead as is allowed is good for so long.
constexpr Duration kGoodFor = 2 * aws::kSignatureLeeway;

}  // namespace

bool UsedSignatures::use(std::string_view signature) {
  const auth::Sum sum = auth::sha256(signature);
  MutexLock lock(mutex_);
  forget_old();
  if (used_.size() >= signatures_max_ || !used_.insert(sum).second) return false;
  order_.emplace_back(clock_.now(), sum);
  return true;
}

void UsedSignatures::forget_old() {
  const MonoTime now = clock_.now();
  while (!order_.empty() && now - order_.front().first > kGoodFor) {
    used_.erase(order_.front().second);
    order_.pop_front();
  }
}

}  // namespace larder::access
