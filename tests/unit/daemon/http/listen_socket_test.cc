#include "daemon/http/listen_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/support/raw_client.h"
#include "tests/support/temp_directory.h"

namespace larder::http {
namespace {

using Kind = ListenAddress::Kind;

struct GoodAddress {
  std::string text;
  ListenAddress address;
};

class GoodAddresses : public ::testing::TestWithParam<GoodAddress> {};

TEST_P(GoodAddresses, AreParsed) {
  const auto address = ListenAddress::parse(GetParam().text);

  ASSERT_TRUE(address.ok()) << describe(address.error());
  EXPECT_EQ(*address, GetParam().address);
}

INSTANTIATE_TEST_SUITE_P(
    ListenAddress, GoodAddresses,
    ::testing::Values(GoodAddress{"127.0.0.1:5050", {Kind::host, "127.0.0.1", 5050}},
                      GoodAddress{"0.0.0.0:0", {Kind::host, "0.0.0.0", 0}},
                      GoodAddress{"localhost:65535", {Kind::host, "localhost", 65535}},
                      GoodAddress{"[::1]:5050", {Kind::host, "::1", 5050}},
                      GoodAddress{"[::]:5050", {Kind::host, "::", 5050}},
                      GoodAddress{"interface:eth0:5443", {Kind::interface, "eth0", 5443}},
                      GoodAddress{"interface:eth0:1:5443", {Kind::interface, "eth0:1", 5443}},
                      GoodAddress{"unix:/run/larder.sock", {Kind::unix, "/run/larder.sock", 0}}));

class BadAddresses : public ::testing::TestWithParam<std::string> {};

TEST_P(BadAddresses, AreInvalid) {
  const auto address = ListenAddress::parse(GetParam());

  ASSERT_FALSE(address.ok());
  EXPECT_EQ(address.error().code, Errc::invalid);
}

INSTANTIATE_TEST_SUITE_P(ListenAddress, BadAddresses,
                         ::testing::Values("", ":", "5050", ":5050", "a", "a:", "a:b", "a:65536",
                                           "a:-1", "a:+1", "a: 1", "::1:5050", "[::1]", "[::1]5050",
                                           "[a]:5050", "[]:5050", "a b:1", "http://a:1",
                                           "interface:eth0", "interface::1", "interface:eth0:x",
                                           "interface:a-name-far-too-long:1", "unix:", "unix:a"));

ListenSocket open_or_fail(const ListenAddress& address) {
  auto socket = ListenSocket::open(address);
  EXPECT_TRUE(socket.ok()) << describe(socket.error());
  return std::move(*socket);
}

TEST(ListenSocket, TellsThePortTheKernelGave) {
  const auto socket = open_or_fail({Kind::host, "127.0.0.1", 0});

  EXPECT_TRUE(socket.address().starts_with("127.0.0.1:"));
  EXPECT_FALSE(socket.address().ends_with(":0"));
  EXPECT_TRUE(testing::RawClient(socket.address()).connected());
}

TEST(ListenSocket, BindsIpv6) {
  const auto socket = open_or_fail({Kind::host, "::1", 0});

  EXPECT_TRUE(socket.address().starts_with("[::1]:"));
  EXPECT_TRUE(testing::RawClient(socket.address()).connected());
}

TEST(ListenSocket, BindsTheAddressOfAnInterface) {
  const auto socket = open_or_fail({Kind::interface, "lo", 0});

  EXPECT_TRUE(socket.address().starts_with("127.0.0.1:"));
}

TEST(ListenSocket, RefusesAnInterfaceThatDoesNotExist) {
  const auto socket = ListenSocket::open({Kind::interface, "nowhere0", 0});

  EXPECT_EQ(socket.error().code, Errc::invalid);
  EXPECT_NE(socket.error().context.find("nowhere0"), std::string::npos);
}

TEST(ListenSocket, IsBusyWhenTheAddressIsInUse) {
  const auto first = open_or_fail({Kind::host, "127.0.0.1", 0});
  const auto address = ListenAddress::parse(first.address());

  EXPECT_EQ(ListenSocket::open(*address).error().code, Errc::busy);
}

TEST(ListenSocket, RefusesAnAddressOfAnotherMachine) {
  EXPECT_EQ(ListenSocket::open({Kind::host, "192.0.2.1", 0}).error().code, Errc::invalid);
}

TEST(ListenSocket, RemovesItsUnixSocketAtTheEnd) {
  const testing::TempDirectory directory;
  const auto path = (directory.path() / "socket").string();

  {
    const auto socket = open_or_fail({Kind::unix, path, 0});
    EXPECT_EQ(socket.address(), "unix:" + path);
    EXPECT_TRUE(testing::RawClient(socket.address()).connected());
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0660U);
  }

  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ListenSocket, ReplacesAUnixSocketNobodyListensOn) {
  const testing::TempDirectory directory;
  const auto path = (directory.path() / "socket").string();
  auto dead = open_or_fail({Kind::unix, path, 0});
  std::filesystem::create_hard_link(path, path + ".kept");
  { const auto gone = std::move(dead); }
  std::filesystem::rename(path + ".kept", path);

  const auto socket = open_or_fail({Kind::unix, path, 0});

  EXPECT_TRUE(testing::RawClient(socket.address()).connected());
}

TEST(ListenSocket, LeavesAUnixSocketInUseAndOrdinaryFilesAlone) {
  const testing::TempDirectory directory;
  const auto path = (directory.path() / "socket").string();
  const auto file = (directory.path() / "file").string();
  const auto first = open_or_fail({Kind::unix, path, 0});
  std::ofstream(file) << "precious";

  EXPECT_EQ(ListenSocket::open({Kind::unix, path, 0}).error().code, Errc::busy);
  EXPECT_EQ(ListenSocket::open({Kind::unix, file, 0}).error().code, Errc::busy);
  EXPECT_TRUE(std::filesystem::exists(file));
}

TEST(ListenSocket, GivesItsFileTheModeAskedFor) {
  const testing::TempDirectory directory;
  const auto path = directory.path() / "socket";

  const auto socket = ListenSocket::open({Kind::unix, path.string(), 0}, 0600);

  ASSERT_TRUE(socket.ok());
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(ListenSocket, RefusesAPathTooLongForASocket) {
  EXPECT_EQ(ListenSocket::open({Kind::unix, "/" + std::string(200, 'a'), 0}).error().code,
            Errc::invalid);
}

TEST(PeerText, ShowsIpv4AddressesAsSuch) {
  EXPECT_EQ(peer_text(*SocketAddress::parse("10.1.2.3", 51324)), "10.1.2.3:51324");
  EXPECT_EQ(peer_text(*SocketAddress::parse("::ffff:10.1.2.3", 51324)), "10.1.2.3:51324");
  EXPECT_EQ(peer_text(*SocketAddress::parse("2001:db8::1", 443)), "[2001:db8::1]:443");
  EXPECT_EQ(peer_text(SocketAddress{}), "unix");
}

}  // namespace
}  // namespace larder::http
