// A certificate with its chain and its key, as files (PEM, the key not encrypted).
#pragma once

#include <string>
#include <vector>

namespace larder::http {

struct CertificateFiles {
  std::string certificate;
  std::string key;
};

// Tells one content of the files from the next; empty when one of them is not there.
std::string version_of(const std::vector<std::string>& files);

}  // namespace larder::http
