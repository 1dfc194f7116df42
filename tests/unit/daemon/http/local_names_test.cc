#include "daemon/http/local_names.h"

#include <gtest/gtest.h>

namespace larder::http {
namespace {

class LocalHosts : public ::testing::TestWithParam<const char*> {};

TEST_P(LocalHosts, AreKnownWithoutDns) {
  EXPECT_TRUE(is_local_or_metadata_host(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, LocalHosts,
                         ::testing::Values("localhost", "a.localhost", "metadata.google.internal",
                                           "instance-data.ec2.internal", "127.0.0.1", "127.1",
                                           "0x7f.1", "0177.0.0.1", "2130706433", "0",
                                           "169.254.169.254", "2852039166", "0xa9fea9fe",
                                           "0251.0376.0251.0376", "169.16689662", "::1",
                                           "::", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe",
                                           "64:ff9b::a9fe:a9fe", "fe80::1", "fd00:ec2::254",
                                           "192.0.0.192", "192.192"));

class OtherHosts : public ::testing::TestWithParam<const char*> {};

TEST_P(OtherHosts, AreNot) {
  EXPECT_FALSE(is_local_or_metadata_host(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Table, OtherHosts,
                         ::testing::Values("registry.example", "localhost.example", "mylocalhost",
                                           "metadata.example", "10.0.0.1", "134744072", "8.8",
                                           "2606:4700::1111", "::ffff:10.0.0.1",
                                           "127.0.0.1.example"));

}  // namespace
}  // namespace larder::http
