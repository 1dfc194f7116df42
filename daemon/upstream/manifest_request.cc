#include "daemon/upstream/manifest_request.h"

#include <span>
#include <string_view>
#include <utility>

#include "cache/hasher.h"
#include "daemon/http/ascii.h"
#include "daemon/upstream/document_response.h"
#include "daemon/upstream/manifest_type.h"

namespace larder::upstream {

namespace {

constexpr const char* kDigestHeader = "Docker-Content-Digest";

Status send(Endpoint& endpoint, const char* method, const ManifestName& name, const Ask& ask,
            DocumentResponse& response) {
  RegistryRequest request;
  request.method = method;
  request.path = "/v2/" + name.repository + "/manifests/" + name.reference;
  request.repository = name.repository;
  request.headers.add("Accept", std::string(kManifestAccept));
  if (ask.known) request.headers.add("If-None-Match", "\"" + ask.known->str() + "\"");
  request.deadline = ask.deadline;
  request.purpose = ask.purpose;
  request.as = ask.as;
  return response.finish(endpoint.send(request, response, ask.stop));
}

std::optional<cache::Digest> told_digest(const http::Headers& headers) {
  const auto header = headers.find(kDigestHeader);
  if (!header) return std::nullopt;
  auto digest = cache::Digest::parse(*header);
  return digest ? std::optional(*digest) : std::nullopt;
}

// What a HEAD's answer tells, when it tells everything.
std::optional<ManifestInfo> info_in(const http::ResponseHead& head, const ManifestName& name) {
  const auto digest = name.digest ? name.digest : told_digest(head.headers);
  auto media_type = specific_media_type(head.headers.find("Content-Type"));
  if (!digest || !head.content_length || media_type.empty()) return std::nullopt;
  return ManifestInfo{*digest, std::move(media_type), *head.content_length};
}

bool is_encoded(const http::Headers& headers) {
  const auto encoding = headers.find("Content-Encoding");
  return encoding && !http::equals_ignoring_case(*encoding, "identity");
}

bool bytes_match(const cache::Digest& digest, std::string_view bytes) {
  return cache::digest_of(digest.algorithm(), std::as_bytes(std::span(bytes))) == digest;
}

// The digest of the bytes, checked against everything that says what it must be.
Result<cache::Digest> verified_digest(const DocumentResponse& response, const ManifestName& name) {
  if (name.digest) {
    if (bytes_match(*name.digest, response.bytes())) return *name.digest;
    return Error{Errc::corrupt, "the bytes do not match the digest asked for"};
  }
  const auto told = told_digest(response.head().headers);
  if (told && !bytes_match(*told, response.bytes())) {
    return Error{Errc::corrupt, std::string("the bytes do not match ") + kDigestHeader};
  }
  // Nothing else would notice that these are not the bytes that were pushed.
  if (!told && is_encoded(response.head().headers)) {
    return Error{Errc::upstream_down, "the manifest comes in a Content-Encoding"};
  }
  return cache::digest_of(cache::DigestAlgorithm::sha256,
                          std::as_bytes(std::span(response.bytes())));
}

// Bytes asked for by digest are what they are; a tag that leads to no JSON object is some login
// page or error in a manifest's place.
Result<std::string> media_type_of(const DocumentResponse& response, const ManifestName& name) {
  auto told = specific_media_type(response.head().headers.find("Content-Type"));
  if (!told.empty() && name.digest) return told;
  const auto inside = media_type_inside(response.bytes());
  if (!inside && !name.digest) return Error{Errc::upstream_down, "the answer is no manifest"};
  return told.empty() ? inside.value_or("") : told;
}

Result<FetchedManifest> verified(DocumentResponse& response, const ManifestName& name) {
  auto digest = verified_digest(response, name);
  if (!digest) return digest.error();
  auto media_type = media_type_of(response, name);
  if (!media_type) return media_type.error();
  if (media_type->empty()) *media_type = "application/octet-stream";
  return FetchedManifest{*digest, {std::move(*media_type), response.take_bytes()}};
}

Error told_by(const Endpoint& endpoint, const ManifestName& name, const Error& error) {
  return in_context(
      endpoint.url().authority() + " manifest " + name.repository + " " + name.reference, error);
}

// An answer that came, and cannot be what was asked for.
Error refused(const Endpoint& endpoint, const ManifestName& name, const Error& error) {
  const Error told = told_by(endpoint, name, error);
  endpoint.tell_useless(told);
  return told;
}

}  // namespace

Result<ManifestInfo> head_manifest(Endpoint& endpoint, const ManifestName& name, const Ask& ask) {
  DocumentResponse response(kManifestBytesMax);
  auto asked = send(endpoint, "HEAD", name, ask, response);
  if (ask.known && response.status() == 304) {
    return ManifestInfo{.digest = *ask.known, .media_type = {}, .is_unchanged = true};
  }
  const bool head_unknown = response.status() == 405 || response.status() == 501;
  if (!asked && !head_unknown) return told_by(endpoint, name, asked.error());
  if (asked) {
    if (auto info = info_in(response.head(), name)) return std::move(*info);
  }
  Ask again = ask;
  again.known.reset();
  auto fetched = get_manifest(endpoint, name, again);
  if (!fetched) return fetched.error();
  return ManifestInfo{fetched->digest, std::move(fetched->document.media_type),
                      fetched->document.bytes.size()};
}

Result<FetchedManifest> get_manifest(Endpoint& endpoint, const ManifestName& name, const Ask& ask) {
  DocumentResponse response(kManifestBytesMax);
  if (auto asked = send(endpoint, "GET", name, ask, response); !asked) {
    return told_by(endpoint, name, asked.error());
  }
  auto manifest = verified(response, name);
  if (!manifest) return refused(endpoint, name, manifest.error());
  return manifest;
}

}  // namespace larder::upstream
