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

// stats() → {open, query, close, local}, each {size, busy, queued, abandoned, oldest: {call, subject, ms} | null}
Napi::Value Stats(const Napi::CallbackInfo& info) {
  const Napi::Object object = Napi::Object::New(info.Env());
  object.Set("open", LaneObject(info.Env(), ProcessLanes().open));
  object.Set("query", LaneObject(info.Env(), ProcessLanes().query));
  object.Set("close", LaneObject(info.Env(), ProcessLanes().close));
  object.Set("local", LaneObject(info.Env(), ProcessLanes().local));
  return object;
}

// setThreads(count): of the whole process, for each lane that calls over the network.
void SetThreads(const Napi::CallbackInfo& info) { ProcessLanes().Resize(NumberArgument(info, 0)); }

// setExitWait(ms): how long the end of this environment waits.
void SetExitWait(const Napi::CallbackInfo& info) {
  Environment::Of(info.Env()).ExitWait(std::chrono::milliseconds(NumberArgument(info, 0)));
}

// drainBy(later): results come by `later(drain)`, which calls `drain` in a turn of its own, such as setImmediate.
void DrainBy(const Napi::CallbackInfo& info) { Environment::Of(info.Env()).DrainBy(CallbackArgument(info, 0)); }

// abandon(id) → whether the call had not begun and never will. Its callback is not called.
Napi::Value Abandon(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), Environment::Of(info.Env()).Abandon(NumberArgument(info, 0)));
}

// end(): gives back every handle and waits for what is under way, at most the configured time.
void End(const Napi::CallbackInfo& info) { Environment::Of(info.Env()).End(); }

}  // namespace

void BindStats(Napi::Env env, Napi::Object exports) {
  exports.Set("stats", Napi::Function::New(env, Stats, "stats"));
  exports.Set("setThreads", Napi::Function::New(env, SetThreads, "setThreads"));
  exports.Set("setExitWait", Napi::Function::New(env, SetExitWait, "setExitWait"));
  exports.Set("drainBy", Napi::Function::New(env, DrainBy, "drainBy"));
  exports.Set("end", Napi::Function::New(env, End, "end"));
  exports.Set("abandon", Napi::Function::New(env, Abandon, "abandon"));
}

}  // namespace clusrpc
