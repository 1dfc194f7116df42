// Fills an index with blobs and tags, opens it anew, and prints as JSON how long look-ups take and
// what the process holds: index_bench [BLOBS] [LOOK-UPS] [DIRECTORY].
//
// The index is left in the directory, an empty one that is there; without it, it is under $TMPDIR
// and gone afterwards. Look-ups are of random keys, on a warm page cache, one at a time, in this
// process.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cache/base/clock.h"
#include "cache/index_keeper.h"
#include "tests/support/bytes.h"
#include "tests/support/index_reader_program.h"
#include "tests/support/temp_directory.h"

namespace {

using namespace larder;
using namespace larder::cache;
using testing::digest_of_text;
using Stopwatch = std::chrono::steady_clock;

constexpr int kBlobsAtOnce = 10'000;
constexpr int kTags = 2000;  // a commit each

class Quiet final : public IndexObserver {
  void index_replaced(const Error& why, const std::filesystem::path&, bool) override { tell(why); }
  void index_trouble(const Error& why) override { tell(why); }
  static void tell(const Error& why) { std::fprintf(stderr, "%s\n", describe(why).c_str()); }
};

Digest digest_of_blob(int number) {
  return digest_of_text("blob " + std::to_string(number));
}
TagName name_of_tag(int number) {
  return {"docker.io", "library/image-" + std::to_string(number / 10), std::to_string(number % 10)};
}

void check(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", describe(status.error()).c_str());
  std::exit(1);
}

double seconds_since(Stopwatch::time_point start) {
  return std::chrono::duration<double>(Stopwatch::now() - start).count();
}

void fill(Index& index, int blobs) {
  const BlobRecord record{.size_bytes = 5'000'000,
                          .media_type = "application/vnd.oci.image.layer.v1.tar+gzip",
                          .stored_at = WallTime(std::chrono::seconds(1'700'000'000))};
  for (int first = 0; first < blobs; first += kBlobsAtOnce) {
    std::vector<std::pair<Digest, BlobRecord>> batch;
    for (int i = first; i < std::min(blobs, first + kBlobsAtOnce); ++i) {
      batch.emplace_back(digest_of_blob(i), record);
    }
    check(index.add_blobs(batch));
  }
}

void fill_tags(Index& index, int tags) {
  for (int i = 0; i < tags; ++i) {
    const TagRecord record{digest_of_blob(i), "application/vnd.oci.image.index.v1+json", 1234,
                           WallTime(), WallTime()};
    check(index.put_tag(name_of_tag(i), record));
  }
}

struct Latency {
  double p50_us;
  double p99_us;
  double max_us;
};

template <class Look>
Latency measure(int keys, int count, Look look) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> any(0, keys - 1);
  std::vector<double> taken;
  taken.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) taken.push_back(look(any(random)));
  std::sort(taken.begin(), taken.end());
  const auto at = [&taken](double share) {
    return taken[static_cast<std::size_t>(share * static_cast<double>(taken.size() - 1))];
  };
  return {at(0.5), at(0.99), at(1)};
}

template <class Find>
double timed(Find find) {
  const auto start = Stopwatch::now();
  const bool found = find();
  const double microseconds = seconds_since(start) * 1e6;
  if (!found) check(Error{Errc::corrupt, "a key is missing"});
  return microseconds;
}

long status_kib(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::atol(line.c_str() + field.size() + 1);
  }
  return -1;
}

void print(const char* name, const Latency& latency) {
  std::printf("  \"%s_us\": {\"p50\": %.2f, \"p99\": %.2f, \"max\": %.2f},\n", name, latency.p50_us,
              latency.p99_us, latency.max_us);
}

// The background reader shares the disk and a core with the look-ups; it ends first.
double wait_for_reading(IndexKeeper& index) {
  const auto start = Stopwatch::now();
  while (seconds_since(start) < 600 && !index.copy_now()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return seconds_since(start);
}

// So that what filling took from the heap is not counted. Returns: seconds.
double fill_in_child(const IndexKeeperOptions& options, const Clock& clock, int blobs, int tags) {
  const auto start = Stopwatch::now();
  const pid_t child = ::fork();
  if (child == 0) {
    Quiet observer;
    const auto index = IndexKeeper::open(options, clock, observer).value();
    fill(*index, blobs);
    fill_tags(*index, tags);
    ::_exit(0);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0) std::exit(1);
  return seconds_since(start);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (argc > 1 && arguments[0] == testing::kIndexReaderCommand) {
    return run_index_reader(std::span(arguments).subspan(1));
  }
  const int blobs = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
  const int count = argc > 2 ? std::atoi(argv[2]) : 200'000;
  const int tags = std::min(blobs, kTags);
  const testing::TempDirectory directory;
  const IndexKeeperOptions options{.cache = argc > 3 ? argv[3] : directory.path(),
                                   .reader = testing::index_reader()};
  const SystemClock clock;
  Quiet observer;

  const double fill_s = fill_in_child(options, clock, blobs, tags);

  const auto open_start = Stopwatch::now();
  const auto index = IndexKeeper::open(options, clock, observer).value();
  const double open_ms = seconds_since(open_start) * 1e3;
  const long anonymous_kib = status_kib("RssAnon");
  const long file_kib = status_kib("RssFile");

  std::printf("{\n  \"blobs\": %d, \"tags\": %d,\n", blobs, tags);
  std::printf("  \"fill_s\": %.2f,\n  \"open_ms\": %.2f,\n", fill_s, open_ms);
  std::printf("  \"after_open_kib\": {\"RssAnon\": %ld, \"RssFile\": %ld},\n", anonymous_kib,
              file_kib);
  std::printf("  \"read_and_copied_s\": %.2f,\n", wait_for_reading(*index));
  print("find_blob", measure(blobs, count, [&index](int i) {
          const Digest digest = digest_of_blob(i);
          return timed([&] { return index->find_blob(digest).value().has_value(); });
        }));
  print("find_tag", measure(tags, count, [&index](int i) {
          const TagName name = name_of_tag(i);
          return timed([&] { return index->find_tag(name).value().has_value(); });
        }));
  std::printf("  \"after_look_ups_kib\": {\"RssAnon\": %ld, \"RssFile\": %ld},\n",
              status_kib("RssAnon"), status_kib("RssFile"));
  std::printf("  \"bytes_on_disk\": %llu\n}\n",
              static_cast<unsigned long long>(index->bytes_on_disk()));
  return 0;
}
