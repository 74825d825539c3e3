#pragma once

#include "result.h"

namespace clusrpc {

// Whether the token of this process is elevated: what RegConnectRegistryW and ADMIN$ usually need.
Result<bool> IsElevated();

}  // namespace clusrpc
