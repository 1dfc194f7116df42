#include "cache/lmdb_pages.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cache/lmdb_meta.h"
#include "cache/posix_files.h"

namespace larder::cache {

namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t kPageHeaderBytes = 16;
constexpr std::size_t kNodeHeaderBytes = 8;
constexpr std::size_t kKeyBytesMax = 511;
constexpr std::uint16_t kBranch = 1;
constexpr std::uint16_t kLeaf = 2;
constexpr std::uint16_t kOverflow = 4;
constexpr std::uint16_t kOnOverflowPages = 1;  // a node's flag: its value lies there

Error unsound(std::string_view what, std::uint64_t page) {
  return {Errc::corrupt, "index: page " + std::to_string(page) + ": " + std::string(what)};
}

template <class T>
T number_at(Bytes bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.subspan(offset, sizeof value).data(), sizeof value);
  return value;
}

std::size_t rounded_to_even(std::size_t size) {
  return size + (size & 1);
}

bool comes_before(Bytes a, Bytes b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

// A page of a tree, as read.
struct Page {
  explicit Page(std::vector<std::byte> read) : bytes(std::move(read)) {}

  std::uint64_t number() const { return number_at<std::uint64_t>(bytes, 0); }
  std::uint16_t flags() const { return number_at<std::uint16_t>(bytes, 10); }
  std::size_t lower() const { return number_at<std::uint16_t>(bytes, 12); }
  std::size_t upper() const { return number_at<std::uint16_t>(bytes, 14); }
  std::uint32_t overflow_pages() const { return number_at<std::uint32_t>(bytes, 12); }
  std::size_t nodes() const { return (lower() - kPageHeaderBytes) / 2; }
  std::size_t node_offset(std::size_t i) const {
    return number_at<std::uint16_t>(bytes, kPageHeaderBytes + 2 * i);
  }

  std::vector<std::byte> bytes;
};

// One entry of a page. Requires: its header lies within the page.
struct Node {
  Node(const Page& page, std::size_t index)
      : bytes(Bytes(page.bytes).subspan(page.node_offset(index))) {}

  std::uint16_t flags() const { return number_at<std::uint16_t>(bytes, 4); }
  std::size_t key_bytes() const { return number_at<std::uint16_t>(bytes, 6); }
  std::uint64_t value_bytes() const {
    return number_at<std::uint16_t>(bytes, 0) | std::uint64_t{number_at<std::uint16_t>(bytes, 2)}
                                                    << 16;
  }
  std::uint64_t child() const { return value_bytes() | std::uint64_t{flags()} << 32; }
  bool is_on_overflow_pages() const { return flags() == kOnOverflowPages; }
  std::size_t bytes_on_page(bool is_leaf) const {
    if (!is_leaf) return kNodeHeaderBytes + key_bytes();
    const std::uint64_t value = is_on_overflow_pages() ? sizeof(std::uint64_t) : value_bytes();
    return static_cast<std::size_t>(kNodeHeaderBytes + key_bytes() + value);
  }
  Bytes key() const { return bytes.subspan(kNodeHeaderBytes, key_bytes()); }
  Bytes value() const { return bytes.subspan(kNodeHeaderBytes + key_bytes()); }

  Bytes bytes;
};

// The keys a page may hold: from `first` on, and before `end`.
struct Bounds {
  std::optional<std::vector<std::byte>> first;
  std::optional<std::vector<std::byte>> end;
};

class PageCheck {
 public:
  PageCheck(const File& file, const LmdbMetaPage& meta)
      : file_(file), meta_(meta), is_used_(meta.last_page + 1) {}

  Status check();

 private:
  Result<std::vector<std::byte>> read(std::uint64_t page, std::size_t pages) const;
  Status use(std::uint64_t page, std::uint64_t pages);

  Status check_tree(const LmdbTable& table);
  Status check_page(std::uint64_t number, unsigned level, const Bounds& bounds);
  Status check_layout(const Page& page, bool is_leaf) const;
  Status check_order(const Page& page, bool is_leaf, const Bounds& bounds) const;
  Status check_children(const Page& page, unsigned level, const Bounds& bounds);
  Status check_values(const Page& page);
  Status check_value(const Page& page, const Node& node);
  Status use_free_pages(Bytes list, std::uint64_t page);

  std::vector<std::byte> comparable(Bytes key) const;
  bool is_of_free_pages() const { return table_ == &meta_.free_pages; }

  const File& file_;
  const LmdbMetaPage& meta_;
  std::vector<bool> is_used_;
  const LmdbTable* table_ = nullptr;  // the one being checked
  LmdbTable counted_{};
};

Status PageCheck::check() {
  Status done = use(0, 2);
  if (done) done = check_tree(meta_.rows);
  return done ? check_tree(meta_.free_pages) : done;
}

Status PageCheck::check_tree(const LmdbTable& table) {
  table_ = &table;
  counted_ = {};
  if (table.root != kNoPage) {
    if (Status good = check_page(table.root, 1, {}); !good) return good;
  }
  if (counted_.rows == table.rows && counted_.branch_pages == table.branch_pages &&
      counted_.leaf_pages == table.leaf_pages && counted_.overflow_pages == table.overflow_pages) {
    return {};
  }
  return unsound("not as many pages or rows below as there should be", table.root);
}

Status PageCheck::check_page(std::uint64_t number, unsigned level, const Bounds& bounds) {
  if (Status once = use(number, 1); !once) return once;
  Result<std::vector<std::byte>> bytes = read(number, 1);
  if (!bytes) return bytes.error();
  const Page page(std::move(*bytes));
  const bool is_leaf = level == table_->depth;
  if (page.number() != number) return unsound("has another number", number);
  if (page.flags() != (is_leaf ? kLeaf : kBranch)) return unsound("is of another kind", number);
  ++(is_leaf ? counted_.leaf_pages : counted_.branch_pages);
  Status good = check_layout(page, is_leaf);
  if (good) good = check_order(page, is_leaf, bounds);
  if (!good) return good;
  return is_leaf ? check_values(page) : check_children(page, level, bounds);
}

// Entries fill the page from its end, one after the other in any order.
Status PageCheck::check_layout(const Page& page, bool is_leaf) const {
  const std::size_t end = page.bytes.size();
  if (page.lower() < kPageHeaderBytes || page.lower() > page.upper() || page.upper() > end ||
      page.lower() % 2 != 0 || page.upper() % 2 != 0) {
    return unsound("bounds", page.number());
  }
  // A branch of the list of free pages may have one child for a while.
  if (page.nodes() < (is_leaf || is_of_free_pages() ? 1 : 2)) {
    return unsound("too few entries", page.number());
  }
  std::vector<std::pair<std::size_t, std::size_t>> places;  // offset, size
  for (std::size_t i = 0; i < page.nodes(); ++i) {
    const std::size_t offset = page.node_offset(i);
    if (offset < page.upper() || offset + kNodeHeaderBytes > end) {
      return unsound("an entry lies elsewhere", page.number());
    }
    const Node node(page, i);
    if (node.key_bytes() > kKeyBytesMax) return unsound("a key is too long", page.number());
    if (is_leaf && node.flags() > kOnOverflowPages) {
      return unsound("an entry's flags", page.number());
    }
    places.emplace_back(offset, rounded_to_even(node.bytes_on_page(is_leaf)));
  }
  std::sort(places.begin(), places.end());
  std::size_t next = page.upper();
  for (const auto& [offset, size] : places) {
    if (offset != next || size > end - offset) return unsound("entries overlap", page.number());
    next += size;
  }
  return next == end ? Status() : Status(unsound("entries leave gaps", page.number()));
}

// Ascending, and within what the pages above promise.
Status PageCheck::check_order(const Page& page, bool is_leaf, const Bounds& bounds) const {
  std::optional<std::vector<std::byte>> previous;
  // The first key of a branch is never looked at.
  for (std::size_t i = is_leaf ? 0 : 1; i < page.nodes(); ++i) {
    const Node node(page, i);
    if (node.key_bytes() == 0 || (is_of_free_pages() && node.key_bytes() != 8)) {
      return unsound("a key's length", page.number());
    }
    std::vector<std::byte> key = comparable(node.key());
    if ((previous && !comes_before(*previous, key)) ||
        (bounds.first && comes_before(key, *bounds.first)) ||
        (bounds.end && !comes_before(key, *bounds.end))) {
      return unsound("keys out of order", page.number());
    }
    previous = std::move(key);
  }
  return {};
}

Status PageCheck::check_children(const Page& page, unsigned level, const Bounds& bounds) {
  for (std::size_t i = 0; i < page.nodes(); ++i) {
    Bounds of_child = bounds;
    if (i > 0) of_child.first = comparable(Node(page, i).key());
    if (i + 1 < page.nodes()) of_child.end = comparable(Node(page, i + 1).key());
    if (Status good = check_page(Node(page, i).child(), level + 1, of_child); !good) return good;
  }
  return {};
}

Status PageCheck::check_values(const Page& page) {
  for (std::size_t i = 0; i < page.nodes(); ++i) {
    ++counted_.rows;
    if (Status good = check_value(page, Node(page, i)); !good) return good;
  }
  return {};
}

Status PageCheck::check_value(const Page& page, const Node& node) {
  const std::size_t page_bytes = page.bytes.size();
  std::uint64_t first = page.number();
  std::vector<std::byte> overflow;
  Bytes value;
  if (node.is_on_overflow_pages()) {
    first = number_at<std::uint64_t>(node.value(), 0);
    const std::uint64_t pages = (kPageHeaderBytes - 1 + node.value_bytes()) / page_bytes + 1;
    if (Status once = use(first, pages); !once) return once;
    counted_.overflow_pages += pages;
    // Of a row's value the head only: the rows are read, and checked, elsewhere.
    Result<std::vector<std::byte>> read_pages =
        read(first, is_of_free_pages() ? static_cast<std::size_t>(pages) : 1);
    if (!read_pages) return read_pages.error();
    const Page head(std::move(*read_pages));
    if (head.number() != first || head.flags() != kOverflow || head.overflow_pages() != pages) {
      return unsound("is no overflow page", first);
    }
    overflow = head.bytes;
    value = Bytes(overflow).subspan(kPageHeaderBytes);
  } else {
    value = node.value();
  }
  if (!is_of_free_pages()) return {};
  return use_free_pages(value.first(static_cast<std::size_t>(node.value_bytes())), first);
}

// How many, and their numbers, the highest first.
Status PageCheck::use_free_pages(Bytes list, std::uint64_t page) {
  constexpr std::size_t kEach = sizeof(std::uint64_t);
  if (list.size() < kEach || list.size() % kEach != 0) return unsound("a list's length", page);
  const auto count = number_at<std::uint64_t>(list, 0);
  if (count > list.size() / kEach - 1) return unsound("a list's length", page);
  std::uint64_t previous = kNoPage;
  for (std::uint64_t i = 1; i <= count; ++i) {
    const auto free = number_at<std::uint64_t>(list, static_cast<std::size_t>(i) * kEach);
    if (free >= previous) return unsound("free pages out of order", page);
    if (Status once = use(free, 1); !once) return once;
    previous = free;
  }
  return {};
}

Status PageCheck::use(std::uint64_t page, std::uint64_t pages) {
  if (page >= is_used_.size() || pages > is_used_.size() - page) {
    return unsound("is beyond the end", page);
  }
  for (std::uint64_t i = page; i < page + pages; ++i) {
    if (is_used_[i]) return unsound("has two uses", i);
    is_used_[i] = true;
  }
  return {};
}

Result<std::vector<std::byte>> PageCheck::read(std::uint64_t page, std::size_t pages) const {
  const std::uint64_t page_bytes = meta_.free_pages.page_bytes;
  std::vector<std::byte> bytes(static_cast<std::size_t>(pages * page_bytes));
  const Result<std::size_t> size = file_.read_at(page * page_bytes, bytes);
  if (!size) return size.error();
  if (*size != bytes.size()) return unsound("is cut off", page);
  return bytes;
}

// The keys of free pages are numbers in the machine's order of bytes.
std::vector<std::byte> PageCheck::comparable(Bytes key) const {
  std::vector<std::byte> bytes(key.begin(), key.end());
  if (is_of_free_pages()) std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

}  // namespace

Status check_pages(const std::filesystem::path& data_file, std::uint64_t transaction) {
  PosixFiles files;
  const Result<std::unique_ptr<File>> file = files.open_read(data_file);
  if (!file) return file.error();
  const Result<std::optional<LmdbMetaPage>> meta = meta_page_of(**file, transaction);
  if (!meta) return meta.error();
  if (!*meta) return Error{Errc::busy, "index: it changes too fast to be checked"};
  return PageCheck(**file, **meta).check();
}

}  // namespace larder::cache
