// Only for the mingw build: node-gyp brings its own for MSVC. The addon imports its Node-API functions from "node.exe";
// when the program was renamed or embeds Node, they are in the executable of the process all the same.
#include <windows.h>
#include <delayimp.h>

#include <cstring>

namespace {

FARPROC WINAPI UseHostExecutable(unsigned event, PDelayLoadInfo info) {
  if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0) return nullptr;
  return reinterpret_cast<FARPROC>(reinterpret_cast<void*>(GetModuleHandleW(nullptr)));
}

}  // namespace

extern "C" {
PfnDliHook __pfnDliNotifyHook2 = UseHostExecutable;
}
