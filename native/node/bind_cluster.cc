#include "arguments.h"
#include "bindings.h"
#include "environment.h"

namespace clusrpc {
namespace {

// A cluster name, or null for the cluster that this machine is a node of.
std::shared_ptr<const std::u16string> NameArgument(const Napi::CallbackInfo& info, size_t index) {
  if (info[index].IsNull()) return nullptr;
  return std::make_shared<const std::u16string>(TextArgument(info, index));
}

std::u16string Subject(const std::shared_ptr<const std::u16string>& name) {
  return name == nullptr ? std::u16string() : *name;
}

Napi::Value Refuse(Napi::Env env, const char* syscall, Napi::Function callback) {
  callback.Call({Napi::Number::New(env, ERROR_INVALID_HANDLE), Napi::String::New(env, syscall), env.Undefined()});
  return Napi::Number::New(env, 0);
}

// openCluster(name | null, callback(error, syscall, handle)) → id
Napi::Value OpenCluster(const Napi::CallbackInfo& info) {
  Environment* const environment = &Environment::Of(info.Env());
  const auto name = NameArgument(info, 0);
  const auto work = [name, environment]() -> Outcome {
    // Made first: with a handle in hand nothing may fail that would lose it.
    ClusterShare share = NewShare();
    const Result<void*> opened = OpenClusterByName(name.get());
    if (opened.error != ERROR_SUCCESS) return {opened.error, opened.syscall, nullptr};
    share->Own(opened.value);
    return {0, opened.syscall, [share, environment](Napi::Env env) { return environment->Box(env, share); }};
  };
  return Napi::Number::New(info.Env(), environment->Start(ProcessLanes().open, "OpenCluster", Subject(name),
                                                          CallbackArgument(info, 1), work));
}

// closeCluster(handle, callback(error, syscall)) → id. Queries that are under way end first.
Napi::Value CloseCluster(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Napi::Function callback = CallbackArgument(info, 1);
  ClusterBox* const box = environment.Unbox(info[0]);
  if (box == nullptr) return Refuse(info.Env(), "CloseCluster", callback);
  const auto delivery = std::make_shared<Deliveries>(environment.Expect(callback));
  const uint32_t id = delivery->front().id;
  box->cluster->OnClosed([channel = environment.channel(), delivery](DWORD error) {
    delivery->front().outcome = {error, "CloseCluster", nullptr};
    channel->Post(std::move(*delivery));
  });
  box->cluster.reset();
  return Napi::Number::New(info.Env(), id);
}

Napi::Object InformationObject(Napi::Env env, const ClusterInformation& information) {
  const ClusterVersion& version = information.version;
  const Napi::Object object = Napi::Object::New(env);
  object.Set("name", Napi::String::New(env, information.name));
  object.Set("major", version.major);
  object.Set("minor", version.minor);
  object.Set("build", version.build);
  object.Set("vendor", Napi::String::New(env, version.vendor));
  object.Set("servicePack", Napi::String::New(env, version.service_pack));
  object.Set("highest", Napi::Number::New(env, version.highest));
  object.Set("lowest", Napi::Number::New(env, version.lowest));
  object.Set("flags", Napi::Number::New(env, version.flags));
  return object;
}

// clusterInformation(handle, callback(error, syscall, {name, major, …})) → id
Napi::Value Information(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Napi::Function callback = CallbackArgument(info, 1);
  ClusterBox* const box = environment.Unbox(info[0]);
  if (box == nullptr) return Refuse(info.Env(), "GetClusterInformation", callback);
  const auto work = [cluster = box->cluster]() -> Outcome {
    const auto result = QueryInformation(cluster->handle());
    return {result.error, result.syscall,
            [value = result.value](Napi::Env env) { return InformationObject(env, value); }};
  };
  return Napi::Number::New(info.Env(), environment.Start(ProcessLanes().query, "GetClusterInformation", u"",
                                                         callback, work));
}

// clusterNodes(handle, callback(error, syscall, string[])) → id
Napi::Value Nodes(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const Napi::Function callback = CallbackArgument(info, 1);
  ClusterBox* const box = environment.Unbox(info[0]);
  if (box == nullptr) return Refuse(info.Env(), "ClusterOpenEnum", callback);
  const auto work = [cluster = box->cluster]() -> Outcome {
    const auto result = NodeNames(cluster->handle());
    return {result.error, result.syscall, [value = result.value](Napi::Env env) { return TextArray(env, value); }};
  };
  return Napi::Number::New(info.Env(),
                           environment.Start(ProcessLanes().query, "ClusterEnum", u"", callback, work));
}

// nodeClusterState(name | null, callback(error, syscall, state)) → id
Napi::Value NodeClusterState(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::Of(info.Env());
  const auto name = NameArgument(info, 0);
  const auto work = [name]() -> Outcome {
    const auto result = NodeState(name.get());
    return {result.error, result.syscall,
            [value = result.value](Napi::Env env) { return Napi::Number::New(env, value); }};
  };
  return Napi::Number::New(info.Env(), environment.Start(ProcessLanes().open, "GetNodeClusterState", Subject(name),
                                                         CallbackArgument(info, 1), work));
}

}  // namespace

void BindCluster(Napi::Env env, Napi::Object exports) {
  exports.Set("openCluster", Napi::Function::New(env, OpenCluster, "openCluster"));
  exports.Set("closeCluster", Napi::Function::New(env, CloseCluster, "closeCluster"));
  exports.Set("clusterInformation", Napi::Function::New(env, Information, "clusterInformation"));
  exports.Set("clusterNodes", Napi::Function::New(env, Nodes, "clusterNodes"));
  exports.Set("nodeClusterState", Napi::Function::New(env, NodeClusterState, "nodeClusterState"));
}

}  // namespace clusrpc
