#include "daemon/auth/sources/exec_plugin.h"

#include <gtest/gtest.h>

#include <iterator>

#include "tests/support/fake_clock.h"
#include "tests/support/script.h"
#include "tests/support/temp_directory.h"

namespace larder::auth {
namespace {

using std::chrono::minutes;

// A plugin that notes each run, and what it was told, in a file.
class ExecPluginTest : public ::testing::Test {
 protected:
  void make_plugin(const std::string& rest, const std::string& before = {}) {
    std::ofstream(directory_.path() / "answer")
        << R"({"apiVersion":"credentialprovider.kubelet.k8s.io/v1",)"
        << R"("kind":"CredentialProviderResponse",)" << rest << "}";
    options_.path = testing::write_script(
        directory_.path() / "plugin",
        "cd \"${0%/*}\"; cat >told; echo run >>runs\n" + before + "\ncat answer\n");
    auto made = ExecPluginCredentials::create(options_, clock_);
    ASSERT_TRUE(made.ok()) << describe(made.error());
    source_ = *std::move(made);
  }
  Result<std::vector<Credential>> find(const std::string& host, const std::string& repository) {
    return source_->credentials({host, repository});
  }
  std::string read(const std::string& name) const {
    std::ifstream file(directory_.path() / name);
    return {std::istreambuf_iterator(file), {}};
  }
  std::size_t runs() const { return read("runs").size() / 4; }

  testing::TempDirectory directory_;
  testing::FakeClock clock_;
  ExecPluginOptions options_;
  std::unique_ptr<ExecPluginCredentials> source_;
};

constexpr const char* kAuth = R"("auth":{"*.example":{"username":"u","password":"p"}},)";

TEST_F(ExecPluginTest, IsAskedAsKubeletDoes) {
  options_.arguments = {"get", "it"};
  options_.environment = {"FOO=bar"};
  make_plugin(kAuth + std::string(R"("cacheKeyType":"Image")"),
              "[ \"$1 $2 $FOO\" = 'get it bar' ] || exit 9");

  const auto found = find("reg.example", "team/app");

  ASSERT_TRUE(found.ok()) << describe(found.error());
  EXPECT_EQ(*found, (std::vector{Credential{.username = "u", .password = "p"}}));
  EXPECT_EQ(read("told"), plugin_request("reg.example/team/app"));
}

TEST_F(ExecPluginTest, IsNotAskedAboutOtherImages) {
  options_.match_images = {"*.example", "reg.test:5000/team"};
  make_plugin(kAuth + std::string(R"("cacheKeyType":"Image")"));

  EXPECT_EQ(find("quay.io", "a")->size(), 0U);
  EXPECT_EQ(find("reg.test:5000", "other")->size(), 0U);
  EXPECT_EQ(runs(), 0U);

  EXPECT_EQ(find("reg.test:5000", "team/app")->size(), 0U);  // it has none for this one
  EXPECT_EQ(find("reg.example", "a")->size(), 1U);
  EXPECT_EQ(runs(), 2U);
}

TEST_F(ExecPluginTest, IsAskedAgainOnceItsAnswerIsOver) {
  make_plugin(kAuth + std::string(R"("cacheKeyType":"Image","cacheDuration":"5m0s")"));
  const auto first = find("reg.example", "a");
  EXPECT_EQ(first->front().expires, clock_.wall() + minutes(5));

  clock_.advance(minutes(5) - std::chrono::seconds(1));
  EXPECT_EQ(*find("reg.example", "a"), *first);
  EXPECT_EQ(runs(), 1U);

  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(find("reg.example", "a")->front().expires, clock_.wall() + minutes(5));
  EXPECT_EQ(runs(), 2U);
}

TEST_F(ExecPluginTest, KeepsAnAnswerForTheImageTheRegistryOrAll) {
  const std::vector<std::pair<std::string, std::size_t>> table{
      {"Image", 4}, {"Registry", 2}, {"Global", 1}};
  for (const auto& [key, runs_wanted] : table) {
    make_plugin(std::string(kAuth) + R"("cacheDuration":"1h","cacheKeyType":")" + key + '"');
    std::filesystem::remove(directory_.path() / "runs");

    for (const char* host : {"reg.example", "other.example"}) {
      for (const char* repository : {"a", "b", "a"}) {
        EXPECT_EQ(find(host, repository)->size(), 1U);
      }
    }

    EXPECT_EQ(runs(), runs_wanted) << key;
  }
}

TEST_F(ExecPluginTest, GivesAGlobalAnswerOnlyToTheImagesItIsFor) {
  make_plugin(kAuth + std::string(R"("cacheDuration":"1h","cacheKeyType":"Global")"));
  EXPECT_EQ(find("reg.example", "a")->size(), 1U);

  EXPECT_EQ(find("quay.io", "a")->size(), 0U);
  EXPECT_EQ(runs(), 1U);
}

TEST_F(ExecPluginTest, KeepsWhatDoesNotSayAsLongAsConfigured) {
  options_.cache_duration_default = minutes(10);
  make_plugin(kAuth + std::string(R"("cacheKeyType":"Image")"));

  EXPECT_EQ(find("reg.example", "a")->front().expires, clock_.wall() + minutes(10));
  EXPECT_TRUE(find("reg.example", "a").ok());
  EXPECT_EQ(runs(), 1U);
}

TEST_F(ExecPluginTest, KeepsNothingWhenToldNotTo) {
  options_.cache_duration_default = minutes(10);
  make_plugin(kAuth + std::string(R"("cacheKeyType":"Image","cacheDuration":"0s")"));

  EXPECT_EQ(find("reg.example", "a")->front().expires, std::nullopt);
  EXPECT_TRUE(find("reg.example", "a").ok());
  EXPECT_EQ(runs(), 2U);
}

TEST_F(ExecPluginTest, KeepsNoFailure) {
  options_.cache_duration_default = minutes(10);
  make_plugin(R"("cacheKeyType":"Image")", "echo 'not yet' >&2; echo hush; exit 4");
  const auto found = find("reg.example", "a");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(describe(found.error()),
            "upstream_down: run " + options_.path + ": exit status 4: not yet");

  std::ofstream(directory_.path() / "answer") << "hush";
  testing::write_script(options_.path, "cd \"${0%/*}\"; echo run >>runs; cat answer");
  EXPECT_EQ(describe(find("reg.example", "a").error()),
            "upstream_down: run " + options_.path + ": plugin answer: no JSON object");
  EXPECT_EQ(runs(), 2U);
}

TEST_F(ExecPluginTest, KeepsNoMoreAnswersThanItMay) {
  options_.path = testing::write_script(
      directory_.path() / "plugin",
      R"(echo '{"apiVersion":"credentialprovider.kubelet.k8s.io/v1","cacheDuration":"1h",'
echo '"kind":"CredentialProviderResponse","cacheKeyType":"Image"}'; echo run >>"${0%/*}/runs")");
  source_ = *ExecPluginCredentials::create(options_, clock_);
  for (std::size_t i = 0; i <= ExecPluginCredentials::kAnswersMax; ++i) {
    ASSERT_TRUE(find("reg.example", "a" + std::to_string(i)).ok());
    clock_.advance(std::chrono::seconds(1));
  }
  const auto before = runs();

  ASSERT_TRUE(find("reg.example", "a256").ok());
  ASSERT_TRUE(find("reg.example", "a1").ok());
  EXPECT_EQ(runs(), before);
  ASSERT_TRUE(find("reg.example", "a0").ok());  // the first to be over
  EXPECT_EQ(runs(), before + 1);
}

TEST_F(ExecPluginTest, RefusesOptionsThatMakeNoSense) {
  EXPECT_EQ(ExecPluginCredentials::create({.path = "plugin"}, clock_).error().code, Errc::invalid);
  EXPECT_EQ(
      describe(
          ExecPluginCredentials::create({.path = "/p", .match_images = {"a b"}}, clock_).error()),
      "invalid: no image could match a b");
}

}  // namespace
}  // namespace larder::auth
