// The kinds docker-config, kubernetes-secret and exec.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/config/read_auth.h"
#include "parsed.h"

namespace larder::config {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::TestWithParam;
using ::testing::Values;

TEST(DockerConfigAuth, IsReadWithItsDefaults) {
  const Auth auth = parsed_auth("kind: docker-config, file: /etc/larder/config.json");

  EXPECT_EQ(auth.kind, AuthKind::docker_config);
  EXPECT_EQ(auth.docker_config.file, "/etc/larder/config.json");
  EXPECT_THAT(auth.docker_config.helper_directories, ElementsAre("/usr/local/bin", "/usr/bin"));
  EXPECT_THAT(auth.docker_config.env, IsEmpty());
}

TEST(DockerConfigAuth, NamesWhereHelpersAreAndWhatTheyGet) {
  const DockerConfig config = parsed_auth(
                                  "kind: docker-config, file: /f, helper_directories: [/opt/bin], "
                                  "env: {HOME: /var/lib/login, EMPTY: '', TOKEN_FILE: /run/token}")
                                  .docker_config;

  EXPECT_THAT(config.helper_directories, ElementsAre("/opt/bin"));
  EXPECT_THAT(config.env, ElementsAre(Variable{"HOME", "/var/lib/login"}, Variable{"EMPTY", ""},
                                      Variable{"TOKEN_FILE", "/run/token"}));
}

TEST(DockerConfigAuth, MayHaveNoPlaceForHelpers) {
  EXPECT_THAT(parsed_auth("kind: docker-config, file: /f, helper_directories: []")
                  .docker_config.helper_directories,
              IsEmpty());
}

TEST(KubernetesSecretAuth, NamesSecretsBelowAFolder) {
  const Auth auth = parsed_auth(
      "kind: kubernetes-secret, directory: /etc/Secrets, secrets: [hub, team-a/quay.io]");

  EXPECT_EQ(auth.kind, AuthKind::kubernetes_secret);
  EXPECT_EQ(auth.kubernetes_secret.directory, "/etc/Secrets");
  EXPECT_THAT(auth.kubernetes_secret.secrets, ElementsAre("hub", "team-a/quay.io"));
}

TEST(KubernetesSecretAuth, MayBeOneFolder) {
  EXPECT_EQ(parsed_auth("kind: kubernetes-secret, directory: /etc/larder/hub").kubernetes_secret,
            (KubernetesSecret{"/etc/larder/hub"}));
}

TEST(ExecAuth, IsReadAsKubeletsConfigHasIt) {
  const Auth auth = parsed_auth(
      "kind: exec, command: /usr/bin/login, args: [get, '', --x=y z], env: {REGION: 1}, "
      "match_images: ['*.registry.example', 'https://a.io:5000/team', '[::1]:5000'], "
      "default_cache_duration: 10m");

  EXPECT_EQ(auth.kind, AuthKind::exec);
  EXPECT_EQ(auth.exec, (ExecPlugin{"/usr/bin/login",
                                   {"get", "", "--x=y z"},
                                   {{"REGION", "1"}},
                                   {"*.registry.example", "https://a.io:5000/team", "[::1]:5000"},
                                   std::chrono::minutes(10)}));
}

TEST(ExecAuth, NeedsACommandOnly) {
  EXPECT_EQ(parsed_auth("kind: exec, command: /c").exec, (ExecPlugin{"/c"}));
}

TEST(Variables, WithSecretsAreRefusedAndNotRepeated) {
  for (const std::string name : {"PLUGIN_PASSWORD", "token", "AWS_SECRET_ACCESS_KEY"}) {
    EXPECT_THAT(problems_of_auth("kind: exec, command: /c, env: {" + name + ": hunter2}"),
                AllOf(HasSubstr("upstreams[0].auth.env." + name + ": got what its name says"),
                      Not(HasSubstr("hunter2"))));
  }
}

TEST(Variables, AreNotRepeatedWhateverIsWrong) {
  for (const std::string one : {"1A: hunter2", "\"A\\nB\": hunter2", "A: \"hunter2\\n\""}) {
    EXPECT_THAT(problems_of_auth("kind: exec, command: /c, env: {" + one + "}"),
                AllOf(HasSubstr("upstreams[0].auth.env."), Not(HasSubstr("hunter2"))));
  }
}

class BadSources : public TestWithParam<BadAuth> {};

TEST_P(BadSources, AreRefusedWithFileLineAndKey) {
  const std::string problems = problems_of_auth(GetParam().yaml);

  EXPECT_THAT(problems, StartsWith("f.yaml:2: upstreams[0].auth" + GetParam().start + ": got "));
  EXPECT_THAT(problems, HasSubstr(GetParam().what));
}

const std::string kDocker = "kind: docker-config, file: /f, ";
const std::string kSecret = "kind: kubernetes-secret, directory: /etc/hub, ";
const std::string kExec = "kind: exec, command: /c, ";

INSTANTIATE_TEST_SUITE_P(
    Table, BadSources,
    Values(BadAuth{"kind: docker-config", ".file", "got nothing"},
           BadAuth{"kind: docker-config, file: config.json", ".file", "an absolute path"},
           BadAuth{"kind: docker-config, file: /etc/", ".file", "without / at its end"},
           BadAuth{"kind: docker-config, file: [/f]", ".file", "got a list"},
           BadAuth{kDocker + "helper_directories: /usr/bin", ".helper_directories", "a list"},
           BadAuth{kDocker + "helper_directories: [bin]", ".helper_directories[0]", "absolute"},
           BadAuth{kDocker + "helper_directories: ['']", ".helper_directories[0]", "absolute"},
           BadAuth{kDocker + "env: [HOME=/x]", ".env", "a mapping"},
           BadAuth{kDocker + "env: {A-B: x}", ".env.A-B", "no name of a variable"},
           BadAuth{kDocker + "env: {A: [x]}", ".env.A", "a text in one line"},
           BadAuth{kDocker + "env: {A: ~}", ".env.A", "a text in one line"},
           BadAuth{kDocker + "env: {A: x, A: y}", ".env.A", "the same key again"},
           BadAuth{kDocker + "username: u", ".username", "an unknown key"},
           BadAuth{kDocker + "command: /c", ".command", "an unknown key"},
           BadAuth{"kind: kubernetes-secret", ".directory", "got nothing"},
           BadAuth{"kind: kubernetes-secret, directory: etc/hub", ".directory", "an absolute path"},
           BadAuth{"kind: kubernetes-secret, directory: /etc/Hub_1", ".directory",
                   "a name that a secret can have"},
           BadAuth{kSecret + "secrets: hub", ".secrets", "a list of secrets"},
           BadAuth{kSecret + "secrets: [../hub]", ".secrets[0]", "NAMESPACE/NAME"},
           BadAuth{kSecret + "secrets: [a/b/c]", ".secrets[0]", "NAMESPACE/NAME"},
           BadAuth{kSecret + "secrets: [a/]", ".secrets[0]", "NAMESPACE/NAME"},
           BadAuth{kSecret + "secrets: [hub, Hub]", ".secrets[1]", "NAMESPACE/NAME"},
           BadAuth{kSecret + "secrets: ['']", ".secrets[0]", "NAMESPACE/NAME"}));

INSTANTIATE_TEST_SUITE_P(
    Exec, BadSources,
    Values(BadAuth{"kind: exec", ".command", "got nothing"},
           BadAuth{"kind: exec, command: login", ".command", "an absolute path"},
           BadAuth{kExec + "args: get", ".args", "a list of arguments"},
           BadAuth{kExec + "args: [\"a\\nb\"]", ".args[0]", "a text in one line"},
           BadAuth{kExec + "args: [{a: b}]", ".args[0]", "got a mapping"},
           BadAuth{kExec + "match_images: ['']", ".match_images[0]", "a pattern of images"},
           BadAuth{kExec + "match_images: [/team]", ".match_images[0]", "a pattern of images"},
           BadAuth{kExec + "match_images: ['a.io:x']", ".match_images[0]", "a pattern of images"},
           BadAuth{kExec + "match_images: ['a.io:']", ".match_images[0]", "a pattern of images"},
           BadAuth{kExec + "match_images: ['a io']", ".match_images[0]", "a pattern of images"},
           BadAuth{kExec + "match_images: ['a.io/b?c']", ".match_images[0]", "a pattern of images"},
           BadAuth{kExec + "match_images: ['" + std::string(1025, 'a') + "']", ".match_images[0]",
                   "a pattern of images"},
           BadAuth{kExec + "default_cache_duration: 10", ".default_cache_duration", "a duration"},
           BadAuth{kExec + "default_cache_duration: 366d", ".default_cache_duration",
                   "from 0s to 365d"},
           BadAuth{kExec + "tokenAttributes: {}", ".tokenAttributes", "an unknown key"}));

}  // namespace
}  // namespace larder::config
