#pragma once

#include <windows.h>

#include <string>

namespace clusrpc {

// What Windows says of a Win32 number, in its own language, as one line. Empty: nothing.
std::u16string SystemMessage(DWORD error);

}  // namespace clusrpc
