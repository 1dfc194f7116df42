// What a pull would do now, from what is known: the rules of manifests.h and named_documents.h,
// told instead of carried out.
//
// Thread-safety: functions of their arguments. Blocks: no.
#pragma once

#include <optional>
#include <vector>

#include "cache/base/result.h"
#include "daemon/registry/explanation.h"
#include "daemon/registry/named_documents.h"

namespace larder::registry {

// What decides about a document's answer.
struct Situation {
  bool is_digest = false;
  bool is_offline = false;
  Standing standing;                  // of the tag; of a digest, `negative` alone
  bool has_document = false;          // the bytes that the name means are cached
  std::optional<Error> no_pull{};     // what asking upstream for it would return without asking
  std::optional<Error> no_confirm{};  // the same, for a question that the cache can answer too
  std::optional<Error> no_blob{};     // the same, for what the document names
};

// The answer is this error.
Conclusion refusal(const Error& why);

// Without a sentence on the parts.
Conclusion conclude(const Situation& situation);

Tally tally(const std::vector<DocumentFacts>& documents);

// What happens to the parts, when the document is answered.
std::string conclude_parts(const Explanation& explanation, const Situation& situation);

}  // namespace larder::registry
