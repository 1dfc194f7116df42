#include "daemon/cli/scrub_command.h"

#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "daemon/cli/cli.h"
#include "daemon/cli/progress_line.h"
#include "daemon/cli/report_text.h"
#include "daemon/control/check_report_json.h"

namespace larder::cli {

namespace {

constexpr char kScrubPath[] = "/v1/scrub";

// A report as it came and as it is understood.
struct Answer {
  std::string json;
  std::optional<cache::CheckReport> report;

  bool is_running() const { return report && !report->finished_at; }
};

Result<Answer> ask(ControlClient& client, const std::string& method, const std::string& body = "") {
  auto json = client.ask(method, kScrubPath, body);
  if (!json.ok()) return json.error();
  auto report = control::parse_check_report(*json);
  if (!report.ok()) return in_context("the daemon's answer", report.error());
  return Answer{*std::move(json), *std::move(report)};
}

std::string order_of(const ScrubOptions& options) {
  if (!options.bytes_per_second) return "";
  return nlohmann::json{{"rate", *options.bytes_per_second}}.dump();
}

// Somebody else's order will do for who waits for the result.
Result<Answer> order(ControlClient& client, const ScrubOptions& options) {
  auto started = ask(client, "POST", order_of(options));
  const bool is_busy = !started.ok() && started.error().code == Errc::busy;
  if (!is_busy || options.no_wait) return started;
  std::cerr << "larder: " << started.error().context << "; waiting for its end\n";
  return ask(client, "GET");
}

Result<Answer> wait_for_end(ControlClient& client, const ScrubOptions& options, Answer answer) {
  ProgressLine progress(stderr, stderr_is_terminal());
  while (answer.is_running()) {
    progress.show("scrub: " + progress_text(*answer.report));
    std::this_thread::sleep_for(options.poll);
    auto next = ask(client, "GET");
    if (!next.ok()) return next;
    answer = *std::move(next);
  }
  return answer;
}

std::string text_of(const Answer& answer) {
  if (!answer.report) return "no pass has ended since the daemon started";
  if (answer.is_running()) return "running: " + progress_text(*answer.report);
  return report_text(*answer.report);
}

Result<Answer> run(ControlClient& client, const ScrubOptions& options) {
  if (options.only_status) return ask(client, "GET");
  auto ordered = order(client, options);
  if (!ordered.ok() || options.no_wait) return ordered;
  return wait_for_end(client, options, *std::move(ordered));
}

}  // namespace

int scrub(const ScrubOptions& options) {
  auto client = ControlClient::open(options.place);
  if (!client.ok()) return report_error(client.error());
  const auto answer = run(*client, options);
  if (!answer.ok()) return report_error(answer.error());
  const int printed = print(options.output == Output::json ? answer->json : text_of(*answer));
  const bool clean = !answer->report || is_clean(*answer->report);
  return clean ? printed : kExitFailed;
}

}  // namespace larder::cli
