// What AWS tests share: an environment of their own, keys, and the answers of AWS's services.
#pragma once

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "daemon/auth/aws/environment.h"
#include "daemon/auth/aws/keys.h"
#include "tests/support/fake_clock.h"

namespace larder::testing {

// Looks names up in `variables`, which must outlive it and may change.
inline aws::Environment environment_of(const std::map<std::string, std::string>& variables) {
  return [&variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

inline aws::Keys test_keys() {
  return {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", std::nullopt};
}

// 2026-01-15T14:30:00Z
inline constexpr WallTime kTestExpiry{std::chrono::seconds(1768487400)};

inline std::string metadata_keys_json() {
  return R"({"Code":"Success","LastUpdated":"2026-01-15T08:30:00Z","Type":"AWS-HMAC",)"
         R"("AccessKeyId":"ASIAMETADATA","SecretAccessKey":"metadata-secret",)"
         R"("Token":"metadata-session","Expiration":"2026-01-15T14:30:00Z"})";
}

// What an AssumeRole (or other) answer holds.
inline std::string sts_keys_xml(const std::string& action = "AssumeRoleWithWebIdentity") {
  return "<" + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <" +
         action +
         "Result>\n    <Credentials><AccessKeyId>ASIASTS</AccessKeyId>"
         "<SecretAccessKey>sts-secret</SecretAccessKey><SessionToken>sts-session</SessionToken>"
         "<Expiration>2026-01-15T14:30:00Z</Expiration></Credentials>\n  </" +
         action + "Result>\n</" + action + "Response>\n";
}

inline std::string sts_error_xml(const std::string& code, const std::string& message) {
  return "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
         "<Type>Sender</Type><Code>" +
         code + "</Code><Message>" + message +
         "</Message></Error><RequestId>1</RequestId></ErrorResponse>";
}

// authorizationToken is "AWS:ecr-password".
inline std::string ecr_answer_json() {
  return R"({"authorizationData":[{"authorizationToken":"QVdTOmVjci1wYXNzd29yZA==",)"
         R"("expiresAt":1.7684874E9,"proxyEndpoint":"https://123456789012.dkr.ecr.x.test"}]})";
}

// As servers write it.
inline std::string date_header(WallTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

inline std::filesystem::path write_file(const std::filesystem::path& file,
                                        const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
  return file;
}

// A Patience that never is at its end while `clock` stands still.
inline aws::Patience patient(const FakeClock& clock) {
  return {clock.now() + std::chrono::hours(1), {}};
}

}  // namespace larder::testing
