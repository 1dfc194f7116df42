#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "daemon/config/config.h"

namespace larder::config {
namespace {

using ::testing::HasSubstr;

class LoadConfig : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(mkdtemp(folder_.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& text) {
    const std::filesystem::path file = std::filesystem::path(folder_) / "larder.yaml";
    std::ofstream(file) << text;
    return file;
  }

  std::string folder_ = (std::filesystem::temp_directory_path() / "larder-XXXXXX").string();
};

TEST_F(LoadConfig, ReadsAFile) {
  const Result<Config> config = load_config(write("offline: true\n"));

  ASSERT_TRUE(config) << config.error().context;
  EXPECT_TRUE(config->offline);
}

TEST_F(LoadConfig, NamesTheFileInItsProblems) {
  const std::filesystem::path file = write("offline: 1\n");

  const Result<Config> config = load_config(file);

  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, Errc::invalid);
  EXPECT_THAT(config.error().context, HasSubstr(file.string() + ":1: offline: got"));
}

TEST_F(LoadConfig, TellsAnAbsentFileFromABadOne) {
  const Result<Config> config = load_config(std::filesystem::path(folder_) / "none.yaml");

  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, Errc::not_found);
  EXPECT_THAT(config.error().context, HasSubstr("none.yaml"));
}

TEST_F(LoadConfig, ReportsADirectory) {
  const Result<Config> config = load_config(folder_);

  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, Errc::io);
}

TEST_F(LoadConfig, DoesNotWaitForAFifoThatNobodyWrites) {
  const std::filesystem::path fifo = std::filesystem::path(folder_) / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);

  EXPECT_TRUE(load_config(fifo)) << "an empty file";
}

TEST_F(LoadConfig, RefusesAFileThatIsTooLarge) {
  const Result<Config> config = load_config(write(std::string(2 * 1024 * 1024, '#')));

  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().context, HasSubstr("expected at most 1048576"));
}

TEST(ExampleFile, IsValid) {
  const auto root = std::filesystem::path(__FILE__).parent_path() / "../../../..";

  const Result<Config> config = load_config(root / "docs/larder.example.yaml");

  ASSERT_TRUE(config) << config.error().context;
}

}  // namespace
}  // namespace larder::config
