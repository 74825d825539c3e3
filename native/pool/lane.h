#pragma once

#include <chrono>
#include <condition_variable>
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
  // Lists, since a job moves from one to the other without memory, which may be short on a thread that cannot say so.
  std::list<std::shared_ptr<Job>> queue_;
  std::list<std::shared_ptr<Job>> running_;
  size_t size_;
  size_t threads_ = 0;
  bool starting_ = false;
};

// The lanes of this process, shared by its main thread and its workers. What is asked of an open handle has threads of
// its own, and so has its close: when every thread of the opens hangs inside OpenCluster, or hundreds of opens wait for
// one, a handle still answers and is given back, and the registry can be read.
struct Lanes {
  Lane open{128};
  Lane query{128};
  Lane close{128};
  Lane local{8};

  // Of each lane whose calls go over the network.
  void Resize(size_t size);
};

Lanes& ProcessLanes();

}  // namespace clusrpc
