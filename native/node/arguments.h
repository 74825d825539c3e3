#pragma once

#include <napi.h>

#include <string>

namespace clusrpc {

inline std::u16string TextArgument(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsString()) throw Napi::TypeError::New(info.Env(), "a string was expected");
  return info[index].As<Napi::String>().Utf16Value();
}

inline Napi::Function CallbackArgument(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsFunction()) throw Napi::TypeError::New(info.Env(), "a function was expected");
  return info[index].As<Napi::Function>();
}

inline uint32_t NumberArgument(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsNumber()) throw Napi::TypeError::New(info.Env(), "a number was expected");
  return info[index].As<Napi::Number>().Uint32Value();
}

template <typename Texts>
Napi::Array TextArray(Napi::Env env, const Texts& texts) {
  const Napi::Array array = Napi::Array::New(env, texts.size());
  uint32_t index = 0;
  for (const auto& text : texts) array.Set(index++, Napi::String::New(env, text));
  return array;
}

}  // namespace clusrpc
