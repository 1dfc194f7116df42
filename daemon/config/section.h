// One mapping of the config file, read key by key. What is wrong is added to the problems; what is
// absent leaves the value it would have set alone.
//
// finish() reports the keys nobody asked for, so that a slip of the finger is never silent.
// Thread-safety: one thread at a time. Blocks: no.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/problems.h"
#include "daemon/config/yaml_tree.h"

namespace larder::config {

struct DurationRange {
  Milliseconds min;
  Milliseconds max;
};

// A list of texts.
struct TextsShape {
  std::string_view list;           // "a list of hosts"
  std::string_view element;        // "a host such as ghcr.io"
  bool (*fits)(std::string_view);  // also asked about an empty one
};

class Section {
 public:
  // `path` is the mapping's own key path, empty for the whole file. A null node is an empty
  // mapping; any other kind is a problem. `node` and `problems` must outlive the section.
  Section(const YamlNode& node, std::string path, Problems& problems);

  // "upstreams[0].match"
  std::string path_of(std::string_view key) const;

  // The key's value, and marks it as known; nullptr when absent. Here and below a `key` is kept:
  // it must outlive the section.
  const YamlNode* find(std::string_view key);
  bool has(std::string_view key) { return find(key) != nullptr; }
  // The key's line; the mapping's own when absent.
  int line_of(std::string_view key) const;

  // A text that is not empty and that `fits`.
  void read_text(std::string_view key, std::string_view expected, bool (*fits)(std::string_view),
                 std::string& into);
  // The same for what may be a secret in the wrong place: no problem repeats it.
  void read_unshown(std::string_view key, std::string_view expected, bool (*fits)(std::string_view),
                    std::string& into);
  // A list in place of what `into` holds.
  void read_texts(std::string_view key, const TextsShape& shape, std::vector<std::string>& into);
  void read_flag(std::string_view key, bool& into);
  // `or_else` names what the caller takes besides a duration: "forever or ".
  void read_duration(std::string_view key, const DurationRange& range, Milliseconds& into,
                     std::string_view or_else = "");
  void read_amount(std::string_view key, std::string_view expected, bool (*fits)(const Amount&),
                   Amount& into);
  // Bytes per second, or "off", which empties `into`.
  void read_rate(std::string_view key, std::optional<std::uint64_t>& into);
  void read_choice(std::string_view key, std::initializer_list<std::string_view> choices,
                   std::string& into);

  // For a mapping whose keys are not ours to know: all of them, in order.
  const std::vector<YamlEntry>& entries() const { return node_.entries; }

  // The mapping under `key`; nothing when absent.
  std::optional<Section> read_section(std::string_view key);
  // The elements of the list under `key`; nothing when absent or not a list.
  std::optional<std::vector<const YamlNode*>> read_list(std::string_view key,
                                                        std::string_view expected);
  // The mapping that is an element of the list under `key`.
  Section element(std::string_view key, std::size_t number, const YamlNode& node);

  // A problem when `key` is absent.
  void require(std::string_view key, std::string_view expected);
  void refuse(std::string_view key, std::string_view got, std::string_view expected);
  // `path` is a whole key path, as path_of gives it.
  void refuse_at(int line, std::string_view path, std::string_view got, std::string_view expected) {
    problems_.add(line, path, got, expected);
  }
  void refuse(const YamlNode& node, std::string_view key, std::string_view expected);

  // At the entry's key, which may be anything; its value is not repeated.
  void refuse_entry(const YamlEntry& entry, std::string_view got, std::string_view expected);

  // A problem for each key that none of the calls above named.
  void finish();

 private:
  void refuse_repeated_keys();

  const YamlNode& node_;
  const std::string path_;
  Problems& problems_;
  std::vector<std::string_view> known_;
};

}  // namespace larder::config
