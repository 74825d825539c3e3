#include "lane.h"

#include <algorithm>
#include <exception>
#include <system_error>
#include <thread>

namespace clusrpc {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kIdleThreadLives{30};

}  // namespace

Lanes& ProcessLanes() {
  // Never deleted: at process end Windows kills the threads, and a destructor would wait for them or for their locks.
  static Lanes* const lanes = new Lanes;
  return *lanes;
}

void Lanes::Resize(size_t size) {
  open.Resize(size);
  query.Resize(size);
  close.Resize(size);
}

std::shared_ptr<Job> Lane::Submit(const char* call, std::u16string subject, std::function<void()> work) {
  auto job = std::make_shared<Job>();
  job->call = call;
  job->subject = std::move(subject);
  job->work = std::move(work);
  std::unique_lock<std::mutex> lock(mutex_);
  queue_.push_back(job);
  if (WantsThread()) StartThread(&lock);
  if (threads_ == 0) {
    // Without any thread the queue would wait for ever.
    queue_.remove(job);
    throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
  }
  work_.notify_one();
  return job;
}

bool Lane::Abandon(const std::shared_ptr<Job>& job) {
  std::function<void()> dropped;  // destroyed after the lock: it may own what needs this lane again
  const std::lock_guard<std::mutex> lock(mutex_);
  job->abandoned = true;
  const auto found = std::find(queue_.begin(), queue_.end(), job);
  if (found == queue_.end()) return false;
  dropped.swap(job->work);
  queue_.erase(found);
  if (queue_.empty() && running_.empty()) idle_.notify_all();
  return true;
}

void Lane::Resize(size_t size) {
  std::unique_lock<std::mutex> lock(mutex_);
  size_ = std::max<size_t>(size, 1);
  if (WantsThread()) StartThread(&lock);
  work_.notify_all();
}

LaneStats Lane::Stats() {
  const std::lock_guard<std::mutex> lock(mutex_);
  LaneStats stats;
  stats.size = size_;
  stats.busy = running_.size();
  stats.queued = queue_.size();
  for (const auto& job : running_) {
    if (job->abandoned) stats.abandoned++;
  }
  if (!running_.empty()) {  // kept in the order of starting
    const Job& oldest = *running_.front();
    stats.oldest_call = oldest.call;
    stats.oldest_subject = oldest.subject;
    stats.oldest_ms = std::chrono::duration<double, std::milli>(Clock::now() - oldest.since).count();
  }
  return stats;
}

bool Lane::WaitUntilIdle(Clock::time_point deadline) {
  std::unique_lock<std::mutex> lock(mutex_);
  return idle_.wait_until(lock, deadline, [&] { return queue_.empty() && running_.empty(); });
}

bool Lane::WantsThread() const {
  return !starting_ && threads_ < std::min(size_, running_.size() + queue_.size());
}

// One at a time: each new thread starts the next, so that the JavaScript thread never pays for more than one. The lock
// is given up meanwhile.
void Lane::StartThread(std::unique_lock<std::mutex>* lock) {
  starting_ = true;
  threads_++;
  lock->unlock();
  try {
    std::thread([this] { Run(); }).detach();
    lock->lock();
  } catch (const std::exception&) {  // no thread, or no memory to ask for one
    lock->lock();
    starting_ = false;
    threads_--;
  }
}

void Lane::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  starting_ = false;
  if (WantsThread()) StartThread(&lock);
  for (;;) {
    const bool woken = work_.wait_for(lock, kIdleThreadLives, [&] {
      return threads_ > size_ || (!queue_.empty() && running_.size() < size_);
    });
    if (!woken || threads_ > size_) break;
    const auto place = queue_.begin();
    running_.splice(running_.end(), queue_, place);
    const std::shared_ptr<Job> job = *place;
    job->since = Clock::now();
    lock.unlock();
    job->work();
    job->work = nullptr;  // what it owns goes before the lane counts as idle
    lock.lock();
    running_.erase(place);
    if (queue_.empty() && running_.empty()) idle_.notify_all();
  }
  threads_--;
  // The call that woke this thread may have been meant for a job.
  work_.notify_one();
}

}  // namespace clusrpc
