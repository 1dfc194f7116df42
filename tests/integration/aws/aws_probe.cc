// What the scripts of tests/e2e that know AWS ask Larder's code for.
//
//   aws_probe sign                  signs each request of its standard input, one JSON object a
//   line aws_probe ecr HOST [--NAME VALUE]...
//                                   asks for the credential of a registry, by this environment
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "daemon/auth/aws/ecr_credentials.h"
#include "daemon/auth/aws/sigv4.h"
#include "daemon/auth/aws/time_text.h"

namespace larder::aws {
namespace {

using nlohmann::json;

std::unique_ptr<http::Client> client() {
  return std::move(http::Client::create({}).value());
}

void sign_line(const json& line) {
  http::ClientRequest request;
  request.method = line.at("method");
  request.url = http::Url::parse(line.at("url").get<std::string>()).value();
  request.body = line.at("body");
  for (const auto& header : line.at("headers")) request.headers.add(header.at(0), header.at(1));
  const Keys keys{line.at("id"), line.at("secret"), line.at("token"), {}};
  sign(request, keys, {line.at("region"), line.at("service")},
       parse_iso8601(line.at("time").get<std::string>()).value());
  std::cout << json{{"canonical", canonical_request(request).text},
                    {"authorization", request.headers.find("Authorization").value_or("")}}
                   .dump()
            << "\n";
}

int sign_all() {
  for (std::string line; std::getline(std::cin, line);) sign_line(json::parse(line));
  return 0;
}

std::optional<http::Url> url_of(const std::map<std::string, std::string>& settings,
                                const std::string& name) {
  const auto found = settings.find(name);
  if (found == settings.end()) return std::nullopt;
  return http::Url::parse(found->second).value();
}

EcrOptions options_of(std::map<std::string, std::string> settings) {
  EcrOptions options;
  options.region = settings["region"];
  options.keys.profile = settings["profile"];
  options.keys.metadata = url_of(settings, "metadata");
  options.keys.container = url_of(settings, "container");
  options.api = url_of(settings, "api");
  options.sts = url_of(settings, "sts");
  if (!settings["role"].empty()) options.role = Role{settings["role"]};
  return options;
}

int ask_ecr(const std::string& host, std::span<const std::string> words) {
  std::map<std::string, std::string> settings;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) settings[words[i].substr(2)] = words[i + 1];
  const SystemClock clock;
  const auto services = client();
  const auto local = client();
  EcrCredentials source(options_of(settings), {*services, *local, clock, ::getenv, {}});

  const auto begun = clock.now();
  const auto credentials = source.credentials({host, "team/app"});
  const std::chrono::duration<double> took = clock.now() - begun;
  json told{{"took_s", took.count()}, {"source", source.key_source()}};
  if (credentials.ok()) {
    told["username"] = credentials->front().username;
    told["password"] = credentials->front().password;
    told["expires"] = amz_date(*credentials->front().expires);
  } else {
    told["error"] = describe(credentials.error());
    told["cause"] = credentials.error().cause;
  }
  std::cout << told.dump() << "\n";
  return 0;
}

}  // namespace
}  // namespace larder::aws

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 1 && words[0] == "sign") return larder::aws::sign_all();
  if (words.size() >= 2 && words[0] == "ecr") {
    return larder::aws::ask_ecr(words[1], std::span(words).subspan(2));
  }
  std::cerr << "usage: aws_probe sign | ecr HOST [--NAME VALUE]...\n";
  return 2;
}
