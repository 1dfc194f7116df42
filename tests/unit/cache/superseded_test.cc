#include "cache/superseded.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/eviction_fixture.h"

namespace larder::cache {
namespace {

class SupersededTest : public testing::EvictionFixture {
 protected:
  void tag(const std::string& name, const std::string& image) {
    const TagRecord record{digest(image), "", 1, clock_.wall(), clock_.wall()};
    ASSERT_TRUE(index_.put_tag({"docker.io", "app", name}, record).ok());
  }
  Queue queue_of(const std::string& name) { return index_.find_blob(digest(name)).value()->queue; }
  void add_image(const std::string& manifest, const std::vector<std::string>& layers) {
    contains(manifest, layers);
    add(manifest, 1, Queue::main);
    for (const std::string& layer : layers) add(layer, 1, Queue::main);
  }

  Superseded superseded_;
};

TEST_F(SupersededTest, SendsBackToProbationWhatOnlyTheOldImageNeeds) {
  add_image("new", {"base", "app2"});
  add_image("old", {"base", "app1"});
  tag("latest", "new");

  superseded_.note(digest("old"));
  ASSERT_TRUE(superseded_.demote(index_).ok());

  EXPECT_EQ(queue_of("old"), Queue::probation);
  EXPECT_EQ(queue_of("app1"), Queue::probation);
  EXPECT_EQ(queue_of("base"), Queue::main);
  EXPECT_EQ(queue_of("new"), Queue::main);
}

TEST_F(SupersededTest, LeavesAnImageAloneThatAnotherTagNames) {
  add_image("old", {"app1"});
  tag("1.0", "old");

  superseded_.note(digest("old"));
  ASSERT_TRUE(superseded_.demote(index_).ok());

  EXPECT_EQ(queue_of("old"), Queue::main);
  EXPECT_EQ(queue_of("app1"), Queue::main);
}

TEST_F(SupersededTest, DemotesOnce) {
  add_image("old", {"app1"});
  superseded_.note(digest("old"));
  ASSERT_TRUE(superseded_.demote(index_).ok());

  const Requeue back{digest("old"), Queue::main, 0};
  ASSERT_TRUE(index_.requeue({&back, 1}).ok());
  ASSERT_TRUE(superseded_.demote(index_).ok());

  EXPECT_EQ(queue_of("old"), Queue::main);
}

TEST_F(SupersededTest, TellsWhenTheIndexFails) {
  add_image("old", {"app1"});
  superseded_.note(digest("old"));
  index_.fail_writes(Errc::io);

  EXPECT_EQ(superseded_.demote(index_).error().code, Errc::io);
  EXPECT_TRUE(superseded_.demote(index_).ok());
}

}  // namespace
}  // namespace larder::cache
