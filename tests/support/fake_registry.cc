#include "tests/support/fake_registry.h"

#include "daemon/http/head.h"
#include "tests/support/bytes.h"

namespace larder::testing {

namespace {

constexpr char kNotFound[] = R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]})";

void answer(ScriptedConnection& connection, const FakeObject& object, const std::string& digest,
            const http::RequestHead& request, const ReceivedRequest& received) {
  HeaderList headers{{"Content-Type", object.media_type}, {"Docker-Content-Digest", digest}};
  const auto range = http::parse_range(request.headers.find("Range"), object.bytes.size());
  if (range.kind == http::RangeRequest::Kind::unsatisfiable) {
    const std::string size = std::to_string(object.bytes.size());
    return respond(416, "", {{"Content-Range", "bytes */" + size}})(connection, received);
  }
  if (range.kind == http::RangeRequest::Kind::none) {
    return respond(200, object.bytes, headers)(connection, received);
  }
  headers.emplace_back("Content-Range", "bytes " + std::to_string(range.begin) + "-" +
                                            std::to_string(range.end - 1) + "/" +
                                            std::to_string(object.bytes.size()));
  respond(206, object.bytes.substr(range.begin, range.end - range.begin), headers)(connection,
                                                                                   received);
}

}  // namespace

std::string FakeRegistry::add_manifest(const std::string& repository, const std::string& tag,
                                       const std::string& bytes, const std::string& media_type) {
  const std::string digest = digest_of_text(bytes).str();
  objects_["/v2/" + repository + "/manifests/" + tag] = {media_type, bytes};
  objects_["/v2/" + repository + "/manifests/" + digest] = {media_type, bytes};
  return digest;
}

std::string FakeRegistry::add_blob(const std::string& repository, const std::string& bytes) {
  return add_wrong_blob(repository, bytes, bytes);
}

std::string FakeRegistry::add_wrong_blob(const std::string& repository, const std::string& named,
                                         const std::string& bytes) {
  const std::string digest = digest_of_text(named).str();
  objects_["/v2/" + repository + "/blobs/" + digest] = {"application/octet-stream", bytes};
  return digest;
}

Script FakeRegistry::script() const {
  return [objects = objects_](ScriptedConnection& connection, const ReceivedRequest& received) {
    const auto request = http::parse_request_head(received.head);
    const auto found = request.ok() ? objects.find(request->target) : objects.end();
    if (found == objects.end()) return respond(404, kNotFound)(connection, received);
    answer(connection, found->second, digest_of_text(found->second.bytes).str(), *request,
           received);
  };
}

std::string request_line(const ReceivedRequest& request) {
  return request.head.substr(0, request.head.find("\r\n"));
}

}  // namespace larder::testing
