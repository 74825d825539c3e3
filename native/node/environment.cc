#include "environment.h"

#include <algorithm>
#include <exception>
#include <iterator>

#include "../win32/system_message.h"

namespace clusrpc {

ClusterShare NewShare() {
  return ClusterShare(new OpenedCluster, [](OpenedCluster* cluster) {
    if (cluster->handle() == nullptr) {
      delete cluster;
      return;
    }
    try {
      ProcessLanes().close.Submit("CloseCluster", u"", [cluster] { delete cluster; });
    } catch (const std::exception&) {  // no memory, no thread: a pause here is better than a handle that stays open
      delete cluster;
    }
  });
}

void Channel::Post(Deliveries&& one) {
  Deliveries dropped;  // destroyed after the lock
  const std::lock_guard<std::mutex> lock(mutex_);
  if (closed_) {
    dropped.splice(dropped.end(), one);
    return;
  }
  results_.splice(results_.end(), one);
  // Until all are handed over one wake is under way; the lock keeps the function alive, see Environment::End.
  if (results_.size() == 1) wake_.NonBlockingCall();
}

void Channel::JobStarted() {
  const std::lock_guard<std::mutex> lock(mutex_);
  jobs_++;
}

void Channel::JobEnded() {
  const std::lock_guard<std::mutex> lock(mutex_);
  jobs_--;
  ended_.notify_all();
}

namespace {

// Results that are handed over before the event loop looks at its timers and sockets again.
constexpr Deliveries::size_type kMostInATurn = 32;

// Counts a job of an environment from its submission to the destruction of its work, whether it ran or not.
class Attendance {
 public:
  explicit Attendance(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) { channel_->JobStarted(); }
  ~Attendance() { channel_->JobEnded(); }
  Attendance(const Attendance&) = delete;
  Attendance& operator=(const Attendance&) = delete;

 private:
  std::shared_ptr<Channel> channel_;
};

Outcome Guarded(const std::function<Outcome()>& work, const char* call) {
  try {
    return work();
  } catch (const std::exception&) {  // bad_alloc; nothing else is thrown below
    return {ERROR_OUTOFMEMORY, call, nullptr};
  }
}

}  // namespace

Environment::Environment(Napi::Env env) : env_(env) {
  drain_ = Napi::Persistent(Napi::Function::New(env, [this](const Napi::CallbackInfo& info) { Drain(info.Env()); }));
  const auto wake = Napi::Function::New(env, [this](const Napi::CallbackInfo& info) {
    if (later_.IsEmpty()) return Drain(info.Env());
    later_.Call({drain_.Value()});
  });
  channel_->wake_ = Napi::ThreadSafeFunction::New(env, wake, "clusrpc", 0, 1);
  channel_->wake_.Unref(env);
  // Hooks run last in, first out: this one ends the use of the function above before Node takes it away.
  env.AddCleanupHook([this] { End(); });
}

uint32_t Environment::Start(Lane& lane, const char* call, std::u16string subject, Napi::Function callback,
                            std::function<Outcome()> work) {
  auto attendance = std::make_shared<Attendance>(channel_);
  auto delivery = std::make_shared<Deliveries>(Expect(callback));
  const uint32_t id = delivery->front().id;
  Pending& pending = pending_[id];
  try {
    pending.job = lane.Submit(call, std::move(subject),
                              [channel = channel_, attendance, delivery, call, work = std::move(work)] {
                                delivery->front().outcome = Guarded(work, call);
                                channel->Post(std::move(*delivery));
                              });
    pending.lane = &lane;
  } catch (const std::exception&) {
    delivery->front().outcome = {ERROR_OUTOFMEMORY, call, nullptr};
    channel_->Post(std::move(*delivery));
  }
  return id;
}

// A call that somebody waits for keeps the event loop alive, one that was abandoned does not.
Deliveries Environment::Expect(Napi::Function callback) {
  Deliveries delivery(1);
  delivery.front().id = ++last_id_;
  if (pending_.empty()) channel_->wake_.Ref(env_);
  pending_[last_id_].callback = Napi::Persistent(callback);
  return delivery;
}

bool Environment::Abandon(uint32_t id) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return false;
  const std::shared_ptr<Job> job = found->second.job;
  Lane* const lane = found->second.lane;
  Remove(id);
  return job != nullptr && lane->Abandon(job);
}

Napi::Value Environment::Box(Napi::Env env, ClusterShare cluster) {
  auto* const box = new ClusterBox{std::move(cluster)};
  boxes_.insert(box);
  return Napi::External<ClusterBox>::New(env, box, [this](Napi::Env, ClusterBox* collected) {
    boxes_.erase(collected);
    delete collected;
  });
}

ClusterBox* Environment::Unbox(const Napi::Value& value) {
  if (!value.IsExternal()) return nullptr;
  ClusterBox* const box = value.As<Napi::External<ClusterBox>>().Data();
  return boxes_.count(box) == 1 && box->cluster ? box : nullptr;
}

void Environment::Remove(uint32_t id) {
  if (pending_.erase(id) == 1 && pending_.empty()) channel_->wake_.Unref(env_);
}

void Environment::Drain(Napi::Env env) {
  Deliveries results;
  {
    const std::lock_guard<std::mutex> lock(channel_->mutex_);
    Deliveries& waiting = channel_->results_;
    const auto end = std::next(waiting.begin(), std::min(waiting.size(), kMostInATurn));
    results.splice(results.end(), waiting, waiting.begin(), end);
    if (!waiting.empty()) channel_->wake_.NonBlockingCall();
  }
  for (; !results.empty(); results.pop_front()) {
    const auto& [id, outcome] = results.front();
    const auto found = pending_.find(id);
    if (found == pending_.end()) continue;
    const Napi::HandleScope scope(env);
    const Napi::FunctionReference callback = std::move(found->second.callback);
    Remove(id);
    const Napi::Value value =
        outcome.error == 0 && outcome.value ? outcome.value(env) : static_cast<Napi::Value>(env.Undefined());
    const Napi::Value error = Napi::Number::New(env, outcome.error);
    const Napi::Value syscall = Napi::String::New(env, outcome.syscall);
    if (outcome.error == 0) {
      callback.Call({error, syscall, value});
    } else {
      callback.Call({error, syscall, value, Napi::String::New(env, SystemMessage(outcome.error))});
    }
  }
}

// The environment ends: by process.exit, by the end of a worker, or because nothing is left to do. Calls that have not
// begun never will; handles are closed, and those that arrive meanwhile too. Both is waited for, but not for ever.
void Environment::End() {
  const auto deadline = std::chrono::steady_clock::now() + exit_wait_;
  Deliveries results;
  {
    const std::lock_guard<std::mutex> lock(channel_->mutex_);
    channel_->closed_ = true;
    results.swap(channel_->results_);
  }
  results.clear();
  for (auto& [id, call] : pending_) {
    if (call.job != nullptr) call.lane->Abandon(call.job);
  }
  pending_.clear();
  for (ClusterBox* const box : boxes_) box->cluster.reset();
  {
    std::unique_lock<std::mutex> lock(channel_->mutex_);
    channel_->ended_.wait_until(lock, deadline, [&] { return channel_->jobs_ == 0; });
  }
  ProcessLanes().close.WaitUntilIdle(deadline);
}

}  // namespace clusrpc
