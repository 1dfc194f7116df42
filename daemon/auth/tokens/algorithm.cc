#include "daemon/auth/tokens/algorithm.h"

#include <array>
#include <utility>

namespace larder::tokens {

namespace {

constexpr std::array<std::pair<Algorithm, std::string_view>, 10> kNames{{
    {Algorithm::rs256, "RS256"},
    {Algorithm::rs384, "RS384"},
    {Algorithm::rs512, "RS512"},
    {Algorithm::ps256, "PS256"},
    {Algorithm::ps384, "PS384"},
    {Algorithm::ps512, "PS512"},
    {Algorithm::es256, "ES256"},
    {Algorithm::es384, "ES384"},
    {Algorithm::es512, "ES512"},
    {Algorithm::eddsa, "EdDSA"},
}};

}  // namespace

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  for (const auto& [algorithm, own] : kNames) {
    if (own == name) return algorithm;
  }
  return std::nullopt;
}

std::string_view to_string(Algorithm algorithm) {
  return kNames[static_cast<std::size_t>(algorithm)].second;
}

std::vector<Algorithm> all_algorithms() {
  std::vector<Algorithm> algorithms;
  for (const auto& [algorithm, name] : kNames) algorithms.push_back(algorithm);
  return algorithms;
}

}  // namespace larder::tokens
