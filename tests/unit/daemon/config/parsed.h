// Config texts read for a test: the config of a good one, the problems of a bad one.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "daemon/config/config.h"

namespace larder::config {

// The default config, and a failed test, when `yaml` is not valid.
inline Config parsed(const std::string& yaml) {
  Result<Config> config = parse_config(yaml, "f.yaml");
  if (config) return *std::move(config);
  ADD_FAILURE() << config.error().context;
  return default_config();
}

// One line per problem; empty when `yaml` is valid.
inline std::string problems_of(const std::string& yaml) {
  const Result<Config> config = parse_config(yaml, "f.yaml");
  if (config) return "";
  EXPECT_EQ(config.error().code, Errc::invalid);
  return config.error().context;
}

// The `auth` of an upstream, by what is between its braces.
inline std::string upstream_with(const std::string& auth) {
  return "upstreams:\n  - {match: a.io, auth: {" + auth + "}}";
}
inline Auth parsed_auth(const std::string& auth) {
  return parsed(upstream_with(auth)).upstreams.at(0).auth;
}
inline std::string problems_of_auth(const std::string& auth) {
  return problems_of(upstream_with(auth));
}

struct BadAuth {
  std::string yaml;   // between the braces
  std::string start;  // of the problem, after "f.yaml:2: upstreams[0].auth"
  std::string what;
};

}  // namespace larder::config
