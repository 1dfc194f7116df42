#include "daemon/cli/cli.h"

int main(int argc, char** argv) {
  return larder::cli::run(argc, argv);
}
