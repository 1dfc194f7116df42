// The handler of the control socket over a scrubber, pins and images made of a test's own values.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/control/control_handler.h"
#include "tests/support/store_fixture.h"

namespace larder::control {

struct Reply {
  int status;
  nlohmann::json json;
  http::Headers headers;
};

class ControlFixture : public ::testing::Test {
 protected:
  Reply ask(const std::string& method, const std::string& target, const std::string& body = "") {
    auto response = handler_.handle({method, target, {}, "unix", "control", body});
    const auto& text = std::get<std::string>(response.body);
    return {response.status, nlohmann::json::parse(text), response.headers};
  }

  ScrubCommands scrub_commands() {
    return {[this](std::optional<std::uint64_t> rate) {
              rate_ = rate;
              return scrub_start_;
            },
            [this] { return answer_report_ ? answer_report_() : report_; }};
  }

  PinCommands pin_commands() {
    return {[this](const cache::Digest& digest, const std::string& reason) {
              pins_.emplace_back(digest, cache::Pin{reason, WallTime{}});
              return pin_status_;
            },
            [this](const cache::Digest& digest, const std::string& reason) {
              std::erase_if(pins_, [&](const auto& one) {
                return one.first == digest && one.second.reason == reason;
              });
              return pin_status_;
            },
            [this]() -> Result<std::vector<std::pair<cache::Digest, cache::Pin>>> {
              if (!pin_status_.ok()) return pin_status_.error();
              return pins_;
            },
            [this](const std::string& reference) -> Result<cache::Digest> {
              if (reference != "app:1") return Error{Errc::not_found, reference + " is not cached"};
              return digest_;
            },
            [this](const cache::Digest& digest) { return digest == digest_; }};
  }

  ImageCommands image_commands() {
    return {[this](const std::string& reference) -> Result<registry::Explanation> {
              if (image_error_) return *image_error_;
              explanation_.name = reference;
              return explanation_;
            },
            [this](const std::string& reference) -> Result<registry::RefreshReport> {
              refreshed_.push_back(reference);
              if (image_error_ && reference != "good:1") return *image_error_;
              refresh_.name = reference;
              return refresh_;
            }};
  }

  TokenCommands token_commands() {
    return {[this](const access::TokenOrder& order) -> Result<access::OrderedToken> {
              if (token_error_) return *token_error_;
              token_order_ = order;
              return access::OrderedToken{
                  {"SIGNED", "id7", WallTime{}, order.life}, "node", "local", order.access};
            },
            [](const std::string& repository) -> Result<std::string> {
              if (repository == "no/such") return Error{Errc::not_found, "no upstream for it"};
              return "reg.test/" + repository;
            }};
  }

  const cache::Digest digest_ = testing::sha256_of("manifest");
  const cache::Digest other_ = testing::sha256_of("other");
  Status scrub_start_;
  std::optional<std::uint64_t> rate_;
  std::optional<cache::CheckReport> report_;
  std::function<std::optional<cache::CheckReport>()> answer_report_;  // in place of report_
  Status pin_status_;
  std::vector<std::pair<cache::Digest, cache::Pin>> pins_;
  log::Logger logger_{log::Level::info, log::Format::json};
  registry::Explanation explanation_;
  registry::RefreshReport refresh_;
  std::vector<std::string> refreshed_;
  std::optional<Error> image_error_;
  access::TokenOrder token_order_;
  std::optional<Error> token_error_;
  ControlHandler handler_{scrub_commands(), pin_commands(), image_commands(), token_commands(),
                          logger_};
};

}  // namespace larder::control
