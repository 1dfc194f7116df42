// What is left to say beside the vectors of sigv4_test.cc.
#include "daemon/auth/aws/canonical_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace larder::aws {
namespace {

TEST(CanonicalRequest, HasOneSpelling) {
  const auto canonical = canonical_request(
      {"GET", "/a/./b//../c%20d/?y=2&x=%7e&x", {{"host", "a.test"}, {"x-amz-date", "d"}}, ""});

  EXPECT_EQ(canonical.signed_headers, "host;x-amz-date");
  EXPECT_EQ(canonical.text,
            "GET\n/a/c%2520d/\nx=&x=~&y=2\nhost:a.test\nx-amz-date:d\n\nhost;x-amz-date\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(CanonicalRequest, TrimsValuesAndTheSpacesInThem) {
  EXPECT_EQ(canonical_value(" a \t b  c\t"), "a b c");
  EXPECT_EQ(canonical_value("\"a  b\""), "\"a b\"");
  EXPECT_EQ(canonical_value("  "), "");
}

}  // namespace
}  // namespace larder::aws
