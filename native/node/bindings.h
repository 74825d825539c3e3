#pragma once

#include <napi.h>

namespace clusrpc {

void BindCluster(Napi::Env env, Napi::Object exports);
void BindRegistry(Napi::Env env, Napi::Object exports);
void BindSystem(Napi::Env env, Napi::Object exports);
void BindStats(Napi::Env env, Napi::Object exports);

}  // namespace clusrpc
