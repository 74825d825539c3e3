#include <napi.h>
#include <windows.h>

#include "node/bindings.h"
#include "node/environment.h"

namespace {

// A worker that ends unloads the addons only it has loaded, but a thread of ours may still be inside OpenCluster.
void StayLoaded() {
  HMODULE self = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                     reinterpret_cast<LPCWSTR>(&StayLoaded), &self);
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  StayLoaded();
  env.SetInstanceData(new clusrpc::Environment(env));
  clusrpc::BindCluster(env, exports);
  clusrpc::BindRegistry(env, exports);
  clusrpc::BindSystem(env, exports);
  clusrpc::BindStats(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(clusrpc, Init)
