#include "arguments.h"
#include "bindings.h"
#include "environment.h"

namespace clusrpc {
namespace {

Napi::Object LaneObject(Napi::Env env, Lane& lane) {
  const LaneStats stats = lane.Stats();
  const Napi::Object object = Napi::Object::New(env);
  object.Set("size", Napi::Number::New(env, static_cast<double>(stats.size)));
  object.Set("busy", Napi::Number::New(env, static_cast<double>(stats.busy)));
  object.Set("queued", Napi::Number::New(env, static_cast<double>(stats.queued)));
  object.Set("abandoned", Napi::Number::New(env, static_cast<double>(stats.abandoned)));
  if (stats.oldest_call == nullptr) {
    object.Set("oldest", env.Null());
    return object;
  }
  const Napi::Object oldest = Napi::Object::New(env);
  oldest.Set("call", stats.oldest_call);
  oldest.Set("subject", Napi::String::New(env, stats.oldest_subject));
  oldest.Set("ms", stats.oldest_ms);
  object.Set("oldest", oldest);
  return object;
}

// stats() → {cluster, close, local}, each {size, busy, queued, abandoned, oldest: {call, subject, ms} | null}
Napi::Value Stats(const Napi::CallbackInfo& info) {
  const Napi::Object object = Napi::Object::New(info.Env());
  object.Set("cluster", LaneObject(info.Env(), ProcessLanes().cluster));
  object.Set("close", LaneObject(info.Env(), ProcessLanes().close));
  object.Set("local", LaneObject(info.Env(), ProcessLanes().local));
  return object;
}

// configure(clusterThreads, exitWaitMs): threads for the process, waiting for this environment.
void Configure(const Napi::CallbackInfo& info) {
  ProcessLanes().cluster.Resize(NumberArgument(info, 0));
  Environment::Of(info.Env()).ExitWait(std::chrono::milliseconds(NumberArgument(info, 1)));
}

// abandon(id) → whether the call had not begun and never will. Its callback is not called.
Napi::Value Abandon(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), Environment::Of(info.Env()).Abandon(NumberArgument(info, 0)));
}

// end(): gives back every handle and waits for what is under way, at most the configured time.
void End(const Napi::CallbackInfo& info) { Environment::Of(info.Env()).End(); }

}  // namespace

void BindStats(Napi::Env env, Napi::Object exports) {
  exports.Set("stats", Napi::Function::New(env, Stats, "stats"));
  exports.Set("configure", Napi::Function::New(env, Configure, "configure"));
  exports.Set("end", Napi::Function::New(env, End, "end"));
  exports.Set("abandon", Napi::Function::New(env, Abandon, "abandon"));
}

}  // namespace clusrpc
