#pragma once

#include <napi.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
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

// What a call will hand over. Made as a list of one before the call begins, so that no memory is needed at its end, on a
// thread that has nobody to tell that there is none.
struct Delivery {
  uint32_t id = 0;
  Outcome outcome;
};
using Deliveries = std::list<Delivery>;

// A handle as JavaScript holds it. Empty after close.
using ClusterShare = std::shared_ptr<OpenedCluster>;
struct ClusterBox {
  ClusterShare cluster;
};

// A share without a handle yet. Once it has one, its last owner, on whatever thread, has it closed on the closing lane.
ClusterShare NewShare();

// The way from the threads of the lanes to one JavaScript thread. It outlives that thread: results that come after the
// environment has ended are dropped here, and what they own is given back.
class Channel {
 public:
  void Post(Deliveries&& one);
  void JobStarted();
  void JobEnded();

 private:
  friend class Environment;
  std::mutex mutex_;
  std::condition_variable ended_;
  Deliveries results_;
  Napi::ThreadSafeFunction wake_;
  size_t jobs_ = 0;
  bool closed_ = false;
};

// What belongs to one JavaScript environment (the main thread, or a worker): its pending calls and its open handles.
class Environment {
 public:
  explicit Environment(Napi::Env env);

  static Environment& Of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  // Runs `work` on the lane and gives its outcome to `callback(error, syscall, value, said)`; `said` is what Windows says of
  // an error. Answers an id for Abandon.
  uint32_t Start(Lane& lane, const char* call, std::u16string subject, Napi::Function callback,
                 std::function<Outcome()> work);
  // Registers a callback whose outcome is posted by somebody else, who gets the channel and this.
  Deliveries Expect(Napi::Function callback);
  // The callback will not be called. True: the call had not begun and never will.
  bool Abandon(uint32_t id);

  Napi::Value Box(Napi::Env env, ClusterShare cluster);
  // Null when the value is not one of ours, or is closed.
  ClusterBox* Unbox(const Napi::Value& value);

  // Node runs cleanup hooks when a worker ends and when the event loop runs dry, but not at process.exit of the main
  // thread; there TypeScript calls this from the exit event. The second call finds nothing to do.
  void End();

  // How results are brought to the callbacks: `later(drain)` calls `drain` in a turn of the event loop of its own. Left to
  // itself, Node hands over a thousand batches before it looks at a timer or a socket.
  void DrainBy(Napi::Function later) { later_ = Napi::Persistent(later); }

  void ExitWait(std::chrono::milliseconds wait) { exit_wait_ = wait; }
  const std::shared_ptr<Channel>& channel() const { return channel_; }

 private:
  struct Pending {
    Napi::FunctionReference callback;
    std::shared_ptr<Job> job;
    Lane* lane = nullptr;
  };

  void Remove(uint32_t id);
  void Drain(Napi::Env env);

  Napi::Env env_;
  std::shared_ptr<Channel> channel_ = std::make_shared<Channel>();
  std::unordered_map<uint32_t, Pending> pending_;
  std::unordered_set<ClusterBox*> boxes_;
  Napi::FunctionReference later_;
  Napi::FunctionReference drain_;
  uint32_t last_id_ = 0;
  std::chrono::milliseconds exit_wait_{2'000};
};

}  // namespace clusrpc
