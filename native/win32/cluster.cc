#include "cluster.h"

#include <mutex>

#include "../parse/bounded_text.h"
#include "scope_guard.h"

namespace clusrpc {
namespace {

// CLUSTERVERSIONINFO. Declared here because mingw's clusapi.h does not compile and the functions are looked up anyway.
struct VersionInfo {
  DWORD size;
  WORD major, minor, build;
  WCHAR vendor[64];
  WCHAR service_pack[64];
  DWORD highest, lowest, flags, reserved;
};
static_assert(sizeof(VersionInfo) == 284, "the layout that clusapi.dll fills");

constexpr DWORD kEnumNode = 1;
// A name may grow between two calls; a server whose answers never fit is broken.
constexpr int kMostAttempts = 8;
constexpr DWORD kMostNodes = 65'536;

struct Library {
  HMODULE module = nullptr;
  void*(WINAPI* OpenCluster)(LPCWSTR) = nullptr;
  BOOL(WINAPI* CloseCluster)(void*) = nullptr;
  DWORD(WINAPI* GetClusterInformation)(void*, LPWSTR, LPDWORD, VersionInfo*) = nullptr;
  DWORD(WINAPI* GetNodeClusterState)(LPCWSTR, LPDWORD) = nullptr;
  void*(WINAPI* ClusterOpenEnum)(void*, DWORD) = nullptr;
  DWORD(WINAPI* ClusterEnum)(void*, DWORD, LPDWORD, LPWSTR, LPDWORD) = nullptr;
  DWORD(WINAPI* ClusterCloseEnum)(void*) = nullptr;
};

template <typename Function>
void Find(HMODULE module, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(module, name)));
}

// A success is kept for the life of the process, a failure is tried again: the cluster client may be installed later.
Result<Library> Load() {
  static std::mutex* const mutex = new std::mutex;
  static Library* const loaded = new Library;
  const std::lock_guard<std::mutex> lock(*mutex);
  if (loaded->module == nullptr) {
    const HMODULE module = LoadLibraryExW(L"clusapi.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (module == nullptr) return Result<Library>::LastError("LoadLibraryExW");
    loaded->module = module;
    Find(module, "OpenCluster", &loaded->OpenCluster);
    Find(module, "CloseCluster", &loaded->CloseCluster);
    Find(module, "GetClusterInformation", &loaded->GetClusterInformation);
    Find(module, "GetNodeClusterState", &loaded->GetNodeClusterState);
    Find(module, "ClusterOpenEnum", &loaded->ClusterOpenEnum);
    Find(module, "ClusterEnum", &loaded->ClusterEnum);
    Find(module, "ClusterCloseEnum", &loaded->ClusterCloseEnum);
  }
  return {ERROR_SUCCESS, "", *loaded};
}

}  // namespace

OpenedCluster::~OpenedCluster() {
  if (handle_ == nullptr) return;
  const Result<Library> library = Load();
  DWORD error = library.error;
  if (error == ERROR_SUCCESS && !library.value.CloseCluster(handle_)) error = Result<int>::LastError("").error;
  if (closed_) closed_(error);
}

Result<void*> OpenClusterByName(const std::u16string* name) {
  const Result<Library> library = Load();
  if (library.error != ERROR_SUCCESS) return Result<void*>::Failure(library.error, library.syscall);
  // Without its other half an open could never be given back.
  if (!library.value.OpenCluster || !library.value.CloseCluster) {
    return Result<void*>::Failure(ERROR_PROC_NOT_FOUND, "OpenCluster");
  }
  SetLastError(ERROR_SUCCESS);
  void* const handle = library.value.OpenCluster(name == nullptr ? nullptr : Wide(*name));
  if (handle == nullptr) return Result<void*>::LastError("OpenCluster");
  return {ERROR_SUCCESS, "OpenCluster", handle};
}

Result<ClusterInformation> QueryInformation(void* cluster) {
  using Answer = Result<ClusterInformation>;
  const Result<Library> library = Load();
  if (library.error != ERROR_SUCCESS) return Answer::Failure(library.error, library.syscall);
  if (!library.value.GetClusterInformation) return Answer::Failure(ERROR_PROC_NOT_FOUND, "GetClusterInformation");
  std::vector<wchar_t> name(256);
  DWORD error = ERROR_MORE_DATA;
  for (int attempt = 0; attempt < kMostAttempts && error == ERROR_MORE_DATA; attempt++) {
    VersionInfo version{};
    version.size = sizeof version;
    DWORD length = static_cast<DWORD>(name.size());
    error = library.value.GetClusterInformation(cluster, name.data(), &length, &version);
    if (error == ERROR_SUCCESS) {
      return {ERROR_SUCCESS,
              "GetClusterInformation",
              {BoundedText(name.data(), name.size()),
               {version.major, version.minor, version.build, BoundedText(version.vendor, 64),
                BoundedText(version.service_pack, 64), version.highest, version.lowest, version.flags}}};
    }
    if (error == ERROR_MORE_DATA) name.resize(length >= name.size() ? static_cast<size_t>(length) + 1 : 2 * name.size());
  }
  return Answer::Failure(error, "GetClusterInformation");
}

Result<std::vector<std::u16string>> NodeNames(void* cluster) {
  using Answer = Result<std::vector<std::u16string>>;
  const Result<Library> loaded = Load();
  if (loaded.error != ERROR_SUCCESS) return Answer::Failure(loaded.error, loaded.syscall);
  const Library& library = loaded.value;
  if (!library.ClusterOpenEnum || !library.ClusterEnum || !library.ClusterCloseEnum) {
    return Answer::Failure(ERROR_PROC_NOT_FOUND, "ClusterOpenEnum");
  }
  SetLastError(ERROR_SUCCESS);
  void* const list = library.ClusterOpenEnum(cluster, kEnumNode);
  if (list == nullptr) return Answer::LastError("ClusterOpenEnum");
  const ScopeGuard close([&] { library.ClusterCloseEnum(list); });
  Answer answer;
  std::vector<wchar_t> name(256);
  int attempts = 0;
  for (DWORD index = 0; index < kMostNodes;) {
    DWORD type = 0;
    DWORD length = static_cast<DWORD>(name.size());
    const DWORD error = library.ClusterEnum(list, index, &type, name.data(), &length);
    if (error == ERROR_NO_MORE_ITEMS) return answer;
    if (error == ERROR_MORE_DATA && ++attempts < kMostAttempts) {
      name.resize(length >= name.size() ? static_cast<size_t>(length) + 1 : 2 * name.size());
      continue;
    }
    if (error != ERROR_SUCCESS) return Answer::Failure(error, "ClusterEnum");
    answer.value.push_back(BoundedText(name.data(), name.size()));
    attempts = 0;
    index++;
  }
  return Answer::Failure(ERROR_INVALID_DATA, "ClusterEnum");
}

Result<DWORD> NodeState(const std::u16string* node) {
  const Result<Library> library = Load();
  if (library.error != ERROR_SUCCESS) return Result<DWORD>::Failure(library.error, library.syscall);
  if (!library.value.GetNodeClusterState) {
    return Result<DWORD>::Failure(ERROR_PROC_NOT_FOUND, "GetNodeClusterState");
  }
  DWORD state = 0;
  const DWORD error = library.value.GetNodeClusterState(node == nullptr ? nullptr : Wide(*node), &state);
  return {error, "GetNodeClusterState", state};
}

}  // namespace clusrpc
