#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace clusrpc {

// One piece of work that may block. `call` and `subject` say in the statistics what a thread hangs in.
struct Job {
  const char* call;
  std::u16string subject;
  std::function<void()> work;
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
  bool abandoned = false;
};

struct LaneStats {
  size_t size = 0;
  size_t busy = 0;
  size_t queued = 0;
  size_t abandoned = 0;        // busy threads whose caller has given up
  const char* oldest_call = nullptr;  // null when nothing runs
  std::u16string oldest_subject;
  double oldest_ms = 0;
};

// A bounded set of threads with a queue before it. The threads are this addon's own: libuv's few threads serve fs and
// dns, and a call that hangs for minutes would starve them. Threads start when there is work and end when idle. They are
// never joined, because one may hang for ever; so a Lane must live as long as the process.
class Lane {
 public:
  explicit Lane(size_t size) : size_(size) {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  std::shared_ptr<Job> Submit(const char* call, std::u16string subject, std::function<void()> work);
  // True: the job was still queued and will never run. False: it runs, or has run.
  bool Abandon(const std::shared_ptr<Job>& job);
  void Resize(size_t size);
  LaneStats Stats();
  // False when jobs are still there at the deadline.
  bool WaitUntilIdle(std::chrono::steady_clock::time_point deadline);

 private:
  bool WantsThread() const;
  void StartThread(std::unique_lock<std::mutex>* lock);
  void Run();

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable idle_;
  std::deque<std::shared_ptr<Job>> queue_;
  std::list<std::shared_ptr<Job>> running_;
  size_t size_;
  size_t threads_ = 0;
  bool starting_ = false;
};

// The lanes of this process, shared by its main thread and its workers. Closing has threads of its own: when every call
// thread hangs inside OpenCluster, a handle can still be given back, and the registry still be read.
struct Lanes {
  Lane cluster{32};
  Lane close{4};
  Lane local{8};
};

Lanes& ProcessLanes();

}  // namespace clusrpc
