// A registry behind a ScriptedServer: manifests and blobs as a proper one would give them.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "tests/support/scripted_server.h"

namespace larder::testing {

struct FakeObject {
  std::string media_type;
  std::string bytes;
};

// The objects by path: "/v2/team/app/manifests/1.0". Fill it before the server starts.
class FakeRegistry {
 public:
  // Under its tag and its digest. Returns the digest, "sha256:...".
  std::string add_manifest(
      const std::string& repository, const std::string& tag, const std::string& bytes,
      const std::string& media_type = "application/vnd.oci.image.manifest.v1+json");
  // Returns the digest.
  std::string add_blob(const std::string& repository, const std::string& bytes);
  // What is asked for under the digest of `named` are these bytes.
  std::string add_wrong_blob(const std::string& repository, const std::string& named,
                             const std::string& bytes);

  // Answers GET, HEAD and single ranges, 416 for one beyond the end; 404 with an OCI error for the
  // rest.
  Script script() const;

 private:
  std::map<std::string, FakeObject> objects_;
};

// "GET /v2/x HTTP/1.1" of a received head.
std::string request_line(const ReceivedRequest& request);

}  // namespace larder::testing
