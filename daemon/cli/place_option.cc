#include "daemon/cli/place_option.h"

#include <CLI/CLI.hpp>

#include "daemon/cli/config_command.h"

namespace larder::cli {

void add_place(CLI::App& command, ControlPlace& place) {
  command.add_option("-c,--config", place.config_file, "The config file that names the socket")
      ->type_name("FILE")
      ->default_str(kDefaultConfigFile);
  command.add_option("--socket", place.socket, "The daemon's control socket, whatever the config")
      ->type_name("PATH");
}

}  // namespace larder::cli
