// larder as the reader of its own index: the program that was built, as the daemon starts it.
#include "daemon/cli/index_reader_command.h"

#include <gmock/gmock.h>

#include "cache/lmdb_index.h"
#include "cache/lmdb_reading.h"
#include "tests/support/index_files.h"
#include "tests/support/run_larder.h"
#include "tests/support/temp_directory.h"

namespace larder::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::run_larder;

class IndexReaderCommand : public ::testing::Test {
 protected:
  IndexReaderCommand() { program_[0] = LARDER_EXECUTABLE; }

  Status read() {
    return cache::IndexReading::start(program_, options_, cache::IndexAccess::alone).value().wait();
  }

  const testing::TempDirectory directory_;
  const cache::LmdbIndexOptions options_{.directory = directory_.path()};
  cache::IndexReaderProgram program_ = index_reader_program();
};

TEST_F(IndexReaderCommand, ReadsAGoodIndex) {
  ASSERT_TRUE(cache::LmdbIndex::open(options_).value()->put_note("name", "a text").ok());

  EXPECT_TRUE(read().ok());
}

TEST_F(IndexReaderCommand, FindsADamagedIndex) {
  ASSERT_TRUE(cache::LmdbIndex::open(options_).value()->put_note("name", "a text").ok());
  testing::damage(directory_.path() / "data.mdb", "a text", "b text");

  EXPECT_EQ(read().error().code, Errc::corrupt);
}

TEST_F(IndexReaderCommand, IsNotForUsers) {
  EXPECT_THAT(run_larder({"--help"}).out, Not(HasSubstr(program_[1])));
  EXPECT_EQ(run_larder({program_[1]}).status, 2);
}

}  // namespace
}  // namespace larder::cli
