#include "lane.h"

#include <algorithm>
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

std::shared_ptr<Job> Lane::Submit(const char* call, std::u16string subject, std::function<void()> work) {
  auto job = std::make_shared<Job>();
  job->call = call;
  job->subject = std::move(subject);
  job->work = std::move(work);
  const std::lock_guard<std::mutex> lock(mutex_);
  queue_.push_back(job);
  StartThreads();
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
  const std::lock_guard<std::mutex> lock(mutex_);
  size_ = std::max<size_t>(size, 1);
  StartThreads();
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

// Called with the lock held. Without any thread at all the queue would wait for ever, so then the failure is the caller's.
void Lane::StartThreads() {
  const size_t wanted = std::min(size_, running_.size() + queue_.size());
  while (threads_ < wanted) {
    try {
      std::thread([this] { Run(); }).detach();
    } catch (const std::system_error&) {
      if (threads_ > 0) return;
      queue_.pop_back();
      throw;
    }
    threads_++;
  }
}

void Lane::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (threads_ <= size_) {
    if (!work_.wait_for(lock, kIdleThreadLives, [&] { return !queue_.empty() || threads_ > size_; })) break;
    if (queue_.empty()) continue;
    const std::shared_ptr<Job> job = queue_.front();
    queue_.pop_front();
    const auto place = running_.insert(running_.end(), job);
    job->running = true;
    job->since = Clock::now();
    lock.unlock();
    job->work();
    job->work = nullptr;  // what it owns goes before the lane counts as idle
    lock.lock();
    running_.erase(place);
    if (queue_.empty() && running_.empty()) idle_.notify_all();
  }
  threads_--;
}

}  // namespace clusrpc
