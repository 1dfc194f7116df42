// What the clients of a simulated store do; each is the body of a fiber.
#pragma once

#include "tests/sim/world.h"

namespace larder::sim {

// Reads a blob, or a part of it, sooner or later, fast or slowly, to the end or not, and checks
// every byte.
void read_blob(World& world, const Cargo& cargo);
// The whole blob, at once, waiting as long as it takes.
void read_whole_blob(World& world, const Cargo& cargo);

// Puts and looks up documents and tags.
void write_documents(World& world);

}  // namespace larder::sim
