// `larder read-index`: what larder starts of itself to have its index read. In no help, because it
// is nobody's to type.
//
// Thread-safety: any thread.
#pragma once

#include "cache/index_reader.h"
#include "daemon/cli/invocation.h"

namespace CLI {
class App;
}

namespace larder::cli {

// The executable that runs now, even when the file it came from was replaced since.
cache::IndexReaderProgram index_reader_program();

// `invocation` must outlive the parsing of `app` and the command.
void add_index_reader(CLI::App& app, Invocation& invocation);

}  // namespace larder::cli
