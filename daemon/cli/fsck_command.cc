#include "daemon/cli/fsck_command.h"

#include <optional>

#include "cache/fsck.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/config_command.h"
#include "daemon/cli/index_reader_command.h"
#include "daemon/cli/progress_line.h"
#include "daemon/cli/report_text.h"
#include "daemon/control/check_report_json.h"

namespace larder::cli {

namespace {

Result<std::string> find_directory(const FsckCommandOptions& options) {
  if (!options.directory.empty()) return options.directory;
  const auto found = find_config(options.config_file);
  if (!found.ok()) return found.error();
  return found->config.cache.path.string();
}

int could_not_run(const Error& error) {
  (void)report_error(error);
  return kExitCouldNotRun;
}

// Stray files are not Larder's to touch.
bool can_be_mended(const cache::CheckReport& report) {
  return report.findings_total() >
         report.counts[static_cast<std::size_t>(cache::FindingKind::stray_file)];
}

std::string text_of(const cache::CheckReport& report, bool repair) {
  std::string text = report_text(report);
  if (!repair && can_be_mended(report)) text += "mend it with: larder fsck --repair\n";
  return text;
}

}  // namespace

int fsck(const FsckCommandOptions& options) {
  const auto directory = find_directory(options);
  if (!directory.ok()) return could_not_run(directory.error());
  std::optional<ProgressLine> progress(std::in_place, stderr, stderr_is_terminal());
  const auto report = cache::fsck({.directory = *directory,
                                   .index_reader = index_reader_program(),
                                   .repair = options.repair,
                                   .progress =
                                       [&](const cache::CheckReport& so_far) {
                                         progress->show("fsck: " + progress_text(so_far));
                                       }},
                                  SystemClock());
  progress.reset();
  if (!report.ok()) return could_not_run(report.error());
  const int printed = print(options.output == Output::json ? control::to_json(*report)
                                                           : text_of(*report, options.repair));
  return is_clean(*report) ? printed : kExitProblemsRemain;
}

}  // namespace larder::cli
