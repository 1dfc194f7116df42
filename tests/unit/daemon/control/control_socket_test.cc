#include "daemon/control/control_socket.h"

#include <gmock/gmock.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/raw_client.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/daemon/control/control_fixture.h"

namespace larder::control {
namespace {

using ::testing::HasSubstr;

class ControlSocket : public ControlFixture {
 protected:
  ControlSocket() { logger_.set_level(log::Level::error); }

  Result<std::unique_ptr<http::Server>> serve(const std::filesystem::path& path,
                                              const std::string& group = "no-such-group") {
    return serve_control(path, workers_, handler_, logger_, group);
  }

  static struct stat status_of(const std::filesystem::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status;
  }

  const testing::TempDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "run" / "larder.sock";
  WorkerPool workers_{{.name = "control", .threads_max = 2, .queue_max = 4}};
};

TEST_F(ControlSocket, AnswersInAFolderItMakes) {
  const auto server = serve(path_);
  ASSERT_TRUE(server.ok()) << describe(server.error());
  testing::RawClient client("unix:" + path_.string());

  EXPECT_EQ(testing::get(client, "/v1/pins").body, "{\"pins\":[]}\n");

  EXPECT_EQ(status_of(path_.parent_path()).st_mode & 07777, 0755U);
  EXPECT_EQ(status_of(path_).st_mode & 07777, 0660U);
}

TEST_F(ControlSocket, TakesOrdersWithABody) {
  const auto server = serve(path_);
  testing::RawClient client("unix:" + path_.string());

  client.send("POST /v1/scrub HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n\r\n{\"rate\": 65536}");

  EXPECT_EQ(testing::read_response(client).status, 202);
  EXPECT_EQ(rate_, 65'536U);
}

TEST_F(ControlSocket, IsGivenToTheGroup) {
  const group* const mine = ::getgrgid(::getegid());
  ASSERT_NE(mine, nullptr);

  const auto server = serve(path_, mine->gr_name);

  EXPECT_EQ(status_of(path_).st_gid, ::getegid());
}

TEST_F(ControlSocket, ReplacesADeadOneAndLeavesALiveOneAlone) {
  { const auto dead = serve(path_); }
  const auto live = serve(path_);
  ASSERT_TRUE(live.ok()) << describe(live.error());

  const auto second = serve(path_);

  EXPECT_EQ(second.error().code, Errc::busy);
  EXPECT_THAT(second.error().context, HasSubstr(path_.string()));
  EXPECT_TRUE(testing::RawClient("unix:" + path_.string()).connected());
}

TEST_F(ControlSocket, MakesTheLastFolderOnly) {
  const auto server = serve(directory_.path() / "a" / "b" / "larder.sock");

  EXPECT_EQ(server.error().code, Errc::not_found);
  EXPECT_THAT(server.error().context, HasSubstr("control socket"));
}

TEST_F(ControlSocket, LeavesAnOrdinaryFileAlone) {
  const auto file = directory_.path() / "file";
  std::ofstream(file) << "precious";

  EXPECT_FALSE(serve(file).ok());
  EXPECT_FALSE(serve(file / "larder.sock").ok());
  EXPECT_EQ(std::filesystem::file_size(file), 8U);
}

}  // namespace
}  // namespace larder::control
