// A mark left on disk by a process that dies of a bad page.
//
// LMDB follows damaged page numbers into the void, and the kernel answers with a signal. The mark
// tells the next start to have the whole index read in a process of its own before it serves, so a
// damaged index kills at most once (index_keeper.h).
// Thread-safety: at start, before there are threads. Blocks: no.
#pragma once

#include <filesystem>

#include "cache/base/result.h"

namespace larder::cache {

// From now on SIGSEGV, SIGBUS, SIGABRT (LMDB's assertions), SIGFPE and SIGILL write the file `mark`
// and then do what they always do. The handlers, and their stack, are the process's: one mark.
// Returns: invalid when the path is too long to be kept ready; io.
Status leave_mark_on_fatal_signals(const std::filesystem::path& mark);

}  // namespace larder::cache
