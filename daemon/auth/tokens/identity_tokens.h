// Identity tokens of Larder's, as they come back: the password of "AWS:<token>".
//
// They say who somebody is and allow nothing; the policy does. One that was given for an access key
// is good for as long as that key is in the file.
// Thread-safety: any thread. Blocks: as TokenVerifier does.
#pragma once

#include <string_view>

#include "cache/base/result.h"
#include "daemon/auth/tokens/access_key_file.h"
#include "daemon/auth/tokens/subject.h"
#include "daemon/auth/tokens/token_verifier.h"
#include "daemon/http/message.h"

namespace larder::tokens {

class IdentityTokens {
 public:
  // `access_keys` may be null: then no user has any. Both must outlive this. `takes_anonymous`:
  // whether there are tokens for who proves nothing.
  IdentityTokens(TokenVerifier& verifier, const AccessKeyFile* access_keys, bool takes_anonymous)
      : verifier_(verifier), access_keys_(access_keys), takes_anonymous_(takes_anonymous) {}

  // Whether `password` means to be one: whether it is good is another question.
  static bool is_one(std::string_view password);

  // Whose it is, until when. Returns: denied, as TokenVerifier, or when what it was given for is
  // worth nothing now: the access key is no more, the certificate's authorities do not count where
  // `request` has come in, or nobody anonymous is let in any more.
  Result<Subject> check(std::string_view token, const http::Request& request);

 private:
  TokenVerifier& verifier_;
  const AccessKeyFile* const access_keys_;
  const bool takes_anonymous_;
};

}  // namespace larder::tokens
