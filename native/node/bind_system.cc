#include "../win32/file_version.h"
#include "../win32/port_table.h"
#include "../win32/rights.h"
#include "../win32/service.h"
#include "../win32/udp_counters.h"
#include "arguments.h"
#include "bindings.h"
#include "environment.h"

namespace clusrpc {
namespace {

Napi::Array PartsArray(Napi::Env env, const VersionParts& parts) {
  const Napi::Array array = Napi::Array::New(env, parts.size());
  for (uint32_t i = 0; i < parts.size(); i++) array.Set(i, Napi::Number::New(env, parts[i]));
  return array;
}

Napi::Object FileVersionObject(Napi::Env env, const FileVersion& file) {
  const Napi::Object object = Napi::Object::New(env);
  object.Set("fileVersion", PartsArray(env, file.fixed.file_version));
  object.Set("productVersion", PartsArray(env, file.fixed.product_version));
  object.Set("flags", Napi::Number::New(env, file.fixed.flags));
  object.Set("fileType", Napi::Number::New(env, file.fixed.file_type));
  object.Set("size", Napi::Number::New(env, static_cast<double>(file.size)));
  object.Set("modifiedMs", Napi::Number::New(env, file.modified_ms));
  return object;
}

// fileVersion(path, callback(error, syscall, {fileVersion, …})) → id
Napi::Value ReadVersion(const Napi::CallbackInfo& info) {
  const std::u16string path = TextArgument(info, 0);
  const auto work = [path]() -> Outcome {
    const auto result = ReadFileVersion(path);
    return {result.error, result.syscall,
            [value = result.value](Napi::Env env) { return FileVersionObject(env, value); }};
  };
  return Napi::Number::New(info.Env(),
                           Environment::Of(info.Env())
                               .Start(ProcessLanes().local, "GetFileVersionInfoW", path, CallbackArgument(info, 1), work));
}

Napi::Object PortObject(Napi::Env env, const PortRow& row) {
  const Napi::Object object = Napi::Object::New(env);
  object.Set("protocol", row.protocol == Protocol::kUdp ? "udp" : "tcp");
  object.Set("family", row.family);
  object.Set("address", Napi::String::New(env, row.address));
  object.Set("port", row.port);
  object.Set("pid", Napi::Number::New(env, row.pid));
  object.Set("state", Napi::Number::New(env, row.state));
  return object;
}

// portTable(callback(error, syscall, {protocol, family, address, port, pid, state}[])) → id
Napi::Value PortTable(const Napi::CallbackInfo& info) {
  const auto work = []() -> Outcome {
    auto result = ReadPortTable();
    const auto rows = std::make_shared<const std::vector<PortRow>>(std::move(result.value));
    return {result.error, result.syscall, [rows](Napi::Env env) {
              const Napi::Array array = Napi::Array::New(env, rows->size());
              for (uint32_t i = 0; i < rows->size(); i++) array.Set(i, PortObject(env, (*rows)[i]));
              return array;
            }};
  };
  return Napi::Number::New(info.Env(),
                           Environment::Of(info.Env())
                               .Start(ProcessLanes().local, "GetExtendedUdpTable", u"", CallbackArgument(info, 0), work));
}

// isElevated(callback(error, syscall, boolean)) → id
Napi::Value Elevated(const Napi::CallbackInfo& info) {
  const auto work = []() -> Outcome {
    const auto result = IsElevated();
    return {result.error, result.syscall,
            [value = result.value](Napi::Env env) { return Napi::Boolean::New(env, value); }};
  };
  return Napi::Number::New(info.Env(),
                           Environment::Of(info.Env())
                               .Start(ProcessLanes().local, "GetTokenInformation", u"", CallbackArgument(info, 0), work));
}

Napi::Object CountersObject(Napi::Env env, const UdpCounters& counters) {
  const Napi::Object object = Napi::Object::New(env);
  object.Set("received", Napi::Number::New(env, counters.received));
  object.Set("noPort", Napi::Number::New(env, counters.no_port));
  object.Set("errors", Napi::Number::New(env, counters.errors));
  object.Set("sent", Napi::Number::New(env, counters.sent));
  return object;
}

// udpCounters(callback(error, syscall, {received, noPort, errors, sent}[])) → id; one a family
Napi::Value Counters(const Napi::CallbackInfo& info) {
  const auto work = []() -> Outcome {
    const auto result = ReadUdpCounters();
    return {result.error, result.syscall, [families = result.value](Napi::Env env) {
              const Napi::Array array = Napi::Array::New(env, families.size());
              for (uint32_t i = 0; i < families.size(); i++) array.Set(i, CountersObject(env, families[i]));
              return array;
            }};
  };
  return Napi::Number::New(info.Env(),
                           Environment::Of(info.Env())
                               .Start(ProcessLanes().local, "GetUdpStatisticsEx", u"", CallbackArgument(info, 0), work));
}

// serviceState(machine, name, callback(error, syscall, state)) → id; machine '' is this one
Napi::Value QueryService(const Napi::CallbackInfo& info) {
  const std::u16string name = TextArgument(info, 1);
  const auto work = [machine = TextArgument(info, 0), name]() -> Outcome {
    const auto result = ServiceState(machine, name);
    return {result.error, result.syscall,
            [value = result.value](Napi::Env env) { return Napi::Number::New(env, value); }};
  };
  return Napi::Number::New(info.Env(),
                           Environment::Of(info.Env())
                               .Start(ProcessLanes().local, "QueryServiceStatus", name, CallbackArgument(info, 2), work));
}

}  // namespace

void BindSystem(Napi::Env env, Napi::Object exports) {
  exports.Set("fileVersion", Napi::Function::New(env, ReadVersion, "fileVersion"));
  exports.Set("portTable", Napi::Function::New(env, PortTable, "portTable"));
  exports.Set("serviceState", Napi::Function::New(env, QueryService, "serviceState"));
  exports.Set("udpCounters", Napi::Function::New(env, Counters, "udpCounters"));
  exports.Set("isElevated", Napi::Function::New(env, Elevated, "isElevated"));
}

}  // namespace clusrpc
