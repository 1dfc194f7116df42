#include "daemon/config/shapes.h"

#include <gtest/gtest.h>

#include <string>

namespace larder::config {
namespace {

TEST(IsAbsolutePath, TakesWhatAFileOrFolderIsCalledFromTheRoot) {
  EXPECT_TRUE(is_absolute_path("/f"));
  EXPECT_TRUE(is_absolute_path("/etc/a b/../c"));
  EXPECT_TRUE(is_absolute_path("/" + std::string(4094, 'a')));

  for (const std::string text : {"", "/", "f", "./f", "~/f", "/etc/"}) {
    EXPECT_FALSE(is_absolute_path(text)) << text;
  }
  EXPECT_FALSE(is_absolute_path("/" + std::string(4095, 'a')));
}

TEST(IsVariableName, TakesWhatAShellWould) {
  for (const std::string text : {"A", "_a1", "PATH"}) EXPECT_TRUE(is_variable_name(text)) << text;
  for (const std::string text : {"", "1A", "A-B", "A=B", "\xc3\xa9"}) {
    EXPECT_FALSE(is_variable_name(text)) << text;
  }
}

TEST(IsSecretName, KnowsSecretsByTheEndsOfTheirNames) {
  for (const std::string text : {"PASSWORD", "x_token", "AWS_SECRET_ACCESS_KEY", "MY_API_KEY"}) {
    EXPECT_TRUE(is_secret_name(text)) << text;
  }
  for (const std::string text : {"", "HOME", "AWS_ACCESS_KEY_ID", "TOKEN_FILE", "KEY"}) {
    EXPECT_FALSE(is_secret_name(text)) << text;
  }
}

TEST(IsKubernetesName, TakesADnsSubdomain) {
  for (const std::string text : {"a", "9", "team-a.pull"}) {
    EXPECT_TRUE(is_kubernetes_name(text)) << text;
  }
  EXPECT_TRUE(is_kubernetes_name(std::string(253, 'a')));

  for (const std::string text : {"", "A", "a_b", "-a", "a-", ".a", "..", "a/b"}) {
    EXPECT_FALSE(is_kubernetes_name(text)) << text;
  }
  EXPECT_FALSE(is_kubernetes_name(std::string(254, 'a')));
}

TEST(IsWord, TakesWhatMayStandInAHeader) {
  for (const std::string text : {"a", "https://a/b?c", "system:x"}) EXPECT_TRUE(is_word(text));
  EXPECT_TRUE(is_word(std::string(255, 'a')));

  for (const std::string text : {"", "a b", "a\"b", "a\\b", "a\tb", "\x7f", "\xc3\xa9"}) {
    EXPECT_FALSE(is_word(text)) << text;
  }
  EXPECT_FALSE(is_word(std::string(256, 'a')));
}

TEST(IsPrintable, TakesOneLine) {
  EXPECT_TRUE(is_printable(""));
  EXPECT_TRUE(is_printable("a b \xc3\xa9"));
  for (const std::string text : {"a\nb", "a\tb", "\x7f"}) EXPECT_FALSE(is_printable(text));
}

}  // namespace
}  // namespace larder::config
