#include "daemon/upstream/list_request.h"

#include <optional>
#include <utility>

#include "daemon/upstream/document_response.h"
#include "daemon/upstream/manifest_request.h"
#include "daemon/upstream/manifest_type.h"
#include "daemon/upstream/referrers_list.h"
#include "daemon/upstream/tag_name.h"

namespace larder::upstream {

namespace {

// One request for a page; `path` is the list's, and the page says the query.
Status send(Endpoint& endpoint, const std::string& repository, const std::string& path,
            const ListPage& page, std::string_view accept, const Ask& ask,
            DocumentResponse& response) {
  const auto query = query_of(page);
  RegistryRequest request;
  request.path = path + (query.empty() ? "" : "?" + query);
  request.repository = repository;
  request.headers.add("Accept", std::string(accept));
  request.deadline = ask.deadline;
  request.purpose = ask.purpose;
  request.as = ask.as;
  return response.finish(endpoint.send(request, response, ask.stop));
}

Error told_by(const Endpoint& endpoint, const std::string& list, const Error& error) {
  return in_context(endpoint.url().authority() + " " + list, error);
}

// What a registry says that does not know the API, or not for this repository. What comes with 200
// and is of another kind is some page for people.
bool lacks_the_api(const DocumentResponse& response) {
  const int status = response.status();
  if (status == 400 || status == 404 || status == 405 || status == 406 || status == 501) {
    return true;
  }
  const auto type = specific_media_type(response.head().headers.find("Content-Type"));
  return status == 200 && !type.empty() && type != kOciIndexType;
}

// Every page of the API's answer; not_found when there is no such API.
Result<cache::Document> ask_api(Endpoint& endpoint, const std::string& repository,
                                const cache::Digest& subject, const Ask& ask) {
  const std::string path = "/v2/" + repository + "/referrers/" + subject.str();
  ReferrersList list;
  std::optional<ListPage> page = ListPage{};
  for (int pages = 0; page; ++pages) {
    if (pages == kReferrersPagesMax) return Error{Errc::upstream_down, "too many pages"};
    DocumentResponse response(kListBytesMax);
    auto done = send(endpoint, repository, path, *page, kOciIndexType, ask, response);
    if (pages == 0 && lacks_the_api(response)) return Error{Errc::not_found, "no referrers API"};
    // A page that is gone in the middle must not make the rest look like all there is.
    if (!done && done.error().code == Errc::not_found) {
      return Error{Errc::upstream_down, "a page is missing: " + done.error().context};
    }
    if (done) done = list.add(response.bytes());
    if (!done) return done.error();
    auto next = page_after(*page, response.head().headers);
    if (!next) return next.error();
    page = *std::move(next);
  }
  return list.document();
}

Result<cache::Document> ask_tag(Endpoint& endpoint, const std::string& repository,
                                const cache::Digest& subject, const Ask& ask) {
  auto fetched = get_manifest(endpoint, {repository, referrers_tag(subject), std::nullopt}, ask);
  if (!fetched) return fetched.error();
  ReferrersList list;
  if (auto added = list.add(fetched->document.bytes); !added) return added.error();
  return list.document();
}

}  // namespace

Result<TagList> list_tags(Endpoint& endpoint, const std::string& repository, const ListPage& page,
                          const Ask& ask) {
  const std::string told = "tags of " + repository;
  DocumentResponse response(kListBytesMax);
  const auto asked = send(endpoint, repository, "/v2/" + repository + "/tags/list", page,
                          "application/json", ask, response);
  if (!asked) return told_by(endpoint, told, asked.error());
  auto tags = parse_tags(response.bytes());
  if (!tags) {
    endpoint.tell_useless(in_context(told, tags.error()));
    return told_by(endpoint, told, tags.error());
  }
  auto next = page_after(page, response.head().headers);
  if (!next) return told_by(endpoint, told, next.error());
  return TagList{*std::move(tags), *std::move(next)};
}

Result<cache::Document> list_referrers(Endpoint& endpoint, const std::string& repository,
                                       const cache::Digest& subject, const Ask& ask) {
  Ask question = ask;
  question.known.reset();  // a list has no version
  auto referrers = ask_api(endpoint, repository, subject, question);
  if (!referrers && referrers.error().code == Errc::not_found) {
    referrers = ask_tag(endpoint, repository, subject, question);
  }
  if (referrers) return referrers;
  return told_by(endpoint, "referrers of " + repository + "@" + subject.str(), referrers.error());
}

}  // namespace larder::upstream
