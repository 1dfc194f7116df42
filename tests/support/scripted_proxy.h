// Scripts that make a ScriptedServer a proxy, whose DNS knows every name: it is 127.0.0.1.
#pragma once

#include "tests/support/scripted_server.h"

namespace larder::testing {

// Opens the tunnel that CONNECT asks for.
Script open_tunnel();

}  // namespace larder::testing
