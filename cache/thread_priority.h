// Work that must not be in anybody's way.
#pragma once

namespace larder::cache {

// Gives the calling thread the lowest share of CPU (nice 19) and of the disk (the last level of the
// best-effort class) for good. Not the idle classes: a thread that gets no turn at all while it
// writes to the index would keep all other writers waiting. A hint; blocks not.
void lower_priority_of_this_thread();

}  // namespace larder::cache
