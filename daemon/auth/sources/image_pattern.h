// Which images a credential is for, as kubelet's keyring and its matchImages have it: a registry,
// with a port and the beginning of a path if need be: "quay.io", "*.example.com",
// "reg.example:5000/team", "https://index.docker.io/v1/".
//
// Thread-safety: values. Blocks: no.
#pragma once

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/auth/credential.h"

namespace larder::auth {

// A host's name in parts, so that "*" stands in for one of them alone.
struct ImageLocation {
  std::vector<std::string> host;  // lower case, split at the dots
  std::string port;               // empty when not written
  std::string path;               // "/team/app"; empty for the whole registry
};

// The image that a question is about. docker.io is also index.docker.io and registry-1.docker.io.
ImageLocation location_of(const CredentialQuestion& question);

class ImagePattern {
 public:
  // Nothing for a text that no image could match.
  static std::optional<ImagePattern> parse(std::string_view text);

  // As many parts, each the same but for "*", which is any number of characters; the same port; a
  // path that the image's begins with.
  bool matches(const ImageLocation& image) const;

  // "reg.example:5000/team", lower case, without scheme or /v1/. The pattern that is greater is to
  // be tried first: longer before shorter, a name before a "*".
  const std::string& str() const { return text_; }

 private:
  ImagePattern(ImageLocation location, std::string text)
      : location_(std::move(location)), text_(std::move(text)) {}

  ImageLocation location_;
  std::string text_;
};

// Things by the images they are for.
template <class T>
class ByImage {
 public:
  void add(ImagePattern pattern, T thing) {
    things_.emplace_back(std::move(pattern), std::move(thing));
  }
  void add_all(ByImage other) { std::ranges::move(other.things_, std::back_inserter(things_)); }
  // Those that are for `image`, the most specific first, else in the order they were added.
  std::vector<T> matching(const ImageLocation& image) const {
    std::vector<const std::pair<ImagePattern, T>*> found;
    for (const auto& one : things_) {
      if (one.first.matches(image)) found.push_back(&one);
    }
    std::ranges::stable_sort(found, std::greater(), [](auto* one) { return one->first.str(); });
    std::vector<T> things;
    for (const auto* one : found) things.push_back(one->second);
    return things;
  }
  std::size_t size() const { return things_.size(); }

 private:
  std::vector<std::pair<ImagePattern, T>> things_;
};

}  // namespace larder::auth
