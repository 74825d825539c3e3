#include "../win32/registry.h"

#include "arguments.h"
#include "bindings.h"
#include "environment.h"

namespace clusrpc {
namespace {

HKEY Root(uint32_t number) {
  // HKEY_LOCAL_MACHINE and its neighbours are 32-bit numbers, sign-extended to a pointer.
  return reinterpret_cast<HKEY>(static_cast<intptr_t>(static_cast<int32_t>(number)));
}

// The first four arguments of each call: root number, machine ('' is this one), key, view flag.
RegistryPath PathArguments(const Napi::CallbackInfo& info) {
  return {Root(NumberArgument(info, 0)), TextArgument(info, 1), TextArgument(info, 2), NumberArgument(info, 3)};
}

Napi::Value BytesValue(Napi::Env env, const Bytes& bytes) {
  return Napi::Buffer<uint8_t>::Copy(env, bytes.data(), bytes.size());
}

Napi::Value DataValue(Napi::Env env, const RegistryData& data) {
  if (const auto* text = std::get_if<Text>(&data)) return Napi::String::New(env, *text);
  if (const auto* list = std::get_if<TextList>(&data)) return TextArray(env, *list);
  if (const auto* number = std::get_if<uint32_t>(&data)) return Napi::Number::New(env, *number);
  if (const auto* number = std::get_if<uint64_t>(&data)) return Napi::BigInt::New(env, *number);
  return BytesValue(env, std::get<Bytes>(data));
}

Napi::Object ValueObject(Napi::Env env, const RegistryValue& value) {
  const Napi::Object object = Napi::Object::New(env);
  object.Set("name", Napi::String::New(env, value.name));
  object.Set("type", Napi::Number::New(env, value.type));
  object.Set("data", BytesValue(env, value.bytes));
  object.Set("value", DataValue(env, value.data));
  return object;
}

template <typename Value>
std::shared_ptr<const Value> Keep(Value&& value) {
  return std::make_shared<const Value>(std::move(value));
}

// registryKeys(root, machine, key, view, callback(error, syscall, string[])) → id
Napi::Value Keys(const Napi::CallbackInfo& info) {
  const RegistryPath path = PathArguments(info);
  const auto work = [path]() -> Outcome {
    auto result = RegistryKeys(path);
    return {result.error, result.syscall,
            [value = Keep(std::move(result.value))](Napi::Env env) { return TextArray(env, *value); }};
  };
  return Napi::Number::New(info.Env(),
                           Environment::Of(info.Env())
                               .Start(ProcessLanes().local, "RegEnumKeyExW", path.key, CallbackArgument(info, 4), work));
}

// registryValues(root, machine, key, view, callback(error, syscall, {name, type, data, value}[])) → id
Napi::Value Values(const Napi::CallbackInfo& info) {
  const RegistryPath path = PathArguments(info);
  const auto work = [path]() -> Outcome {
    auto result = RegistryValues(path);
    return {result.error, result.syscall, [value = Keep(std::move(result.value))](Napi::Env env) {
              const Napi::Array array = Napi::Array::New(env, value->size());
              for (uint32_t i = 0; i < value->size(); i++) array.Set(i, ValueObject(env, (*value)[i]));
              return array;
            }};
  };
  return Napi::Number::New(info.Env(),
                           Environment::Of(info.Env())
                               .Start(ProcessLanes().local, "RegEnumValueW", path.key, CallbackArgument(info, 4), work));
}

}  // namespace

void BindRegistry(Napi::Env env, Napi::Object exports) {
  exports.Set("registryKeys", Napi::Function::New(env, Keys, "registryKeys"));
  exports.Set("registryValues", Napi::Function::New(env, Values, "registryValues"));
}

}  // namespace clusrpc
