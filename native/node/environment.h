#pragma once

#include <napi.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "../pool/lane.h"
#include "../win32/cluster.h"

namespace clusrpc {

// What a call hands to JavaScript: numbers and strings only; TypeScript gives them their names.
struct Outcome {
  uint32_t error = 0;
  const char* syscall = "";
  // Makes the value on the JavaScript thread; not called when there was an error or the caller has given up.
  std::function<Napi::Value(Napi::Env)> value;
};

// A handle as JavaScript holds it. Empty after close.
using ClusterShare = std::shared_ptr<OpenedCluster>;
struct ClusterBox {
  ClusterShare cluster;
};

// Shares a cluster so that its last owner, on whatever thread, has it closed on the closing lane.
ClusterShare ShareCluster(void* handle);

// The way from the threads of the lanes to one JavaScript thread. It outlives that thread: results that come after the
// environment has ended are dropped here, and what they own is given back.
class Channel {
 public:
  void Post(uint32_t id, Outcome&& outcome);
  void JobStarted();
  void JobEnded();

 private:
  friend class Environment;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::deque<std::pair<uint32_t, Outcome>> results_;
  Napi::ThreadSafeFunction wake_;
  size_t jobs_ = 0;
  bool closed_ = false;
};

// What belongs to one JavaScript environment (the main thread, or a worker): its pending calls and its open handles.
class Environment {
 public:
  explicit Environment(Napi::Env env);

  static Environment& Of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  // Runs `work` on the lane and gives its outcome to `callback(error, syscall, value)`. Answers an id for Abandon.
  uint32_t Start(Lane& lane, const char* call, std::u16string subject, Napi::Function callback,
                 std::function<Outcome()> work);
  // Registers a callback whose outcome is posted by somebody else, who gets the channel and the id.
  uint32_t Expect(Napi::Function callback);
  // The callback will not be called. True: the call had not begun and never will.
  bool Abandon(uint32_t id);

  Napi::Value Box(Napi::Env env, ClusterShare cluster);
  // Null when the value is not one of ours, or is closed.
  ClusterBox* Unbox(const Napi::Value& value);

  // Node runs cleanup hooks when a worker ends and when the event loop runs dry, but not at process.exit of the main
  // thread; there TypeScript calls this from the exit event. The second call finds nothing to do.
  void End();

  void ExitWait(std::chrono::milliseconds wait) { exit_wait_ = wait; }
  const std::shared_ptr<Channel>& channel() const { return channel_; }

 private:
  struct Pending {
    Napi::FunctionReference callback;
    std::shared_ptr<Job> job;
    Lane* lane;
  };

  uint32_t Add(Napi::Function callback);
  void Remove(uint32_t id);
  void Drain(Napi::Env env);

  Napi::Env env_;
  std::shared_ptr<Channel> channel_ = std::make_shared<Channel>();
  std::unordered_map<uint32_t, Pending> pending_;
  std::unordered_set<ClusterBox*> boxes_;
  uint32_t last_id_ = 0;
  std::chrono::milliseconds exit_wait_{2'000};
};

}  // namespace clusrpc
