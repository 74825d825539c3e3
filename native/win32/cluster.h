#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "result.h"

namespace clusrpc {

struct ClusterVersion {
  WORD major = 0;
  WORD minor = 0;
  WORD build = 0;
  std::u16string vendor;
  std::u16string service_pack;
  DWORD highest = 0;
  DWORD lowest = 0;
  DWORD flags = 0;
};

struct ClusterInformation {
  std::u16string name;
  ClusterVersion version;
};

// An HCLUSTER, once it owns one, that is closed by the destructor, once. Queries share it; the last owner closes it, so a
// query that is still under way never works on a closed handle. CloseCluster may block: destroy it on a thread that may
// wait.
class OpenedCluster {
 public:
  OpenedCluster() = default;
  ~OpenedCluster();
  OpenedCluster(const OpenedCluster&) = delete;
  OpenedCluster& operator=(const OpenedCluster&) = delete;

  void Own(void* handle) { handle_ = handle; }
  // Set by one caller, before that caller gives up its share.
  void OnClosed(std::function<void(DWORD error)> closed) { closed_ = std::move(closed); }
  void* handle() const { return handle_; }

 private:
  void* handle_ = nullptr;
  std::function<void(DWORD)> closed_;
};

// clusapi.dll is looked for in System32 at the first call of any of these; ERROR_MOD_NOT_FOUND with LoadLibraryExW says
// that this machine has none, ERROR_PROC_NOT_FOUND with the name of a function that the one here lacks it.
Result<void*> OpenClusterByName(const std::u16string* name);
Result<ClusterInformation> QueryInformation(void* cluster);
Result<std::vector<std::u16string>> NodeNames(void* cluster);
Result<DWORD> NodeState(const std::u16string* node);

}  // namespace clusrpc
