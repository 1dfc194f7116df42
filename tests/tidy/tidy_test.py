#!/usr/bin/python3
"""The tidy checks find what they are for, and let good code pass."""
import unittest

import functions
import rooms
import tidy

HOUSE = rooms.parse("""
larder_room(cache/base)
larder_room(cache LINKS cache_base PRIVATE_LINKS PkgConfig::lmdb)
larder_room(daemon/http LINKS cache
            PRIVATE_LINKS PkgConfig::httplib)
larder_room(daemon/cli LINKS daemon_http)
""")
GOOD = """// A box.
#pragma once
#include <map>
#include "cache/base/result.h"
namespace larder {
class CAPABILITY("mutex") Box final : public Lid {
 public:
  Box() : a_{1}, b_(2) {
    open();
  }
  int size() const { return 1'000 + '{'; }
  std::string raw = R"(a { b)";
};
void run() {
  auto later = [] { return "}"; };  // {
}
}  // namespace larder
"""


class Tidy(unittest.TestCase):
    def test_finds_each_function_and_its_lines(self):
        self.assertEqual([(8, 10), (11, 11), (14, 16)], list(functions.spans(GOOD)))

    def test_lets_good_code_pass(self):
        self.assertEqual([], list(tidy.check_source("cache/box.h", GOOD, HOUSE)))

    def test_refuses_a_long_function(self):
        text = "void f() {\n" + "  g();\n" * 69 + "}\n"
        shorter = text.replace("  g();\n", "", 1)
        self.assertEqual([1], [line for line, _ in tidy.long_functions(text)])
        self.assertEqual([], list(tidy.long_functions(shorter)))

    def test_refuses_a_long_line(self):
        self.assertEqual([], list(tidy.long_lines("x" * 100)))
        self.assertEqual([2], [line for line, _ in tidy.long_lines("ok\n" + "x" * 101)])

    def test_refuses_a_library_outside_its_folder(self):
        for path, header in [("cache/store.cc", "httplib.h"), ("cache/index_rows.cc", "lmdb.h"),
                             ("daemon/http/a.cc", "spdlog/spdlog.h"), ("k8s/a.cc", "openssl/evp.h"),
                             ("daemon/cli/a.cc", "yaml-cpp/yaml.h"), ("cache/a.cc", "CLI/CLI.hpp")]:
            with self.subTest(path=path, header=header):
                self.assertTrue(list(tidy.stray_libraries(path, f"#include <{header}>")))

    def test_lets_a_library_into_its_folder(self):
        for path, header in [("daemon/http/a.cc", "httplib.h"), ("cache/lmdb_index.cc", "lmdb.h"),
                             ("cache/hasher.cc", "openssl/evp.h"), ("tests/a.cc", "httplib.h"),
                             ("tests/unit/daemon/log/a.cc", "spdlog/common.h")]:
            with self.subTest(path=path, header=header):
                self.assertEqual([], list(tidy.stray_libraries(path, f"#include <{header}>")))

    def test_follows_the_arrows_between_rooms(self):
        def stray(path, name):
            return list(HOUSE.stray_includes(path, [(1, name, True)]))
        self.assertFalse(stray("daemon/cli/a.cc", "cache/base/result.h"))
        self.assertFalse(stray("cache/store.cc", "cache/store.h"))
        self.assertTrue(stray("cache/store.cc", "daemon/http/server.h"))
        self.assertTrue(stray("cache/base/result.cc", "cache/store.h"))
        self.assertTrue(stray("daemon/http/a.cc", "daemon/cli/main.h"))
        self.assertTrue(stray("daemon/http/a.cc", "result.h"))

    def test_wants_a_test_for_each_source(self):
        sources = {"cache/box.h": "", "cache/box.cc": "", "cache/lid.cc": '#include "cache/box.h"'}
        self.assertEqual(2, len(list(tidy.untested(sources))))
        sources["tests/unit/cache/box_test.cc"] = '#include "cache/box.h"'
        self.assertEqual([], list(tidy.untested(sources)))

    def test_refuses_a_nameless_todo(self):
        self.assertTrue(list(tidy.nameless_todos("// TO" + "DO: later")))
        self.assertEqual([], list(tidy.nameless_todos("// TO" + "DO(#12): later")))

    def test_wants_a_comment_at_the_head_of_a_header(self):
        self.assertTrue(list(tidy.check_source("cache/a.h", "#pragma once\n", HOUSE)))


if __name__ == "__main__":
    unittest.main()
