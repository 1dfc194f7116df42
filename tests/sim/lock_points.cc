// Where a fiber takes or releases a Mutex, another one may get its turn. The linker puts these in
// place of the C library's functions (--wrap), in the binaries of the simulation alone, so the code
// under test is the code that is shipped.
#include <pthread.h>

#include "cache/base/check.h"
#include "tests/sim/fibers.h"

extern "C" {

int __real_pthread_mutex_lock(pthread_mutex_t* mutex);
int __real_pthread_mutex_unlock(pthread_mutex_t* mutex);

int __wrap_pthread_mutex_lock(pthread_mutex_t* mutex) {
  larder::sim::Fibers* const fibers = larder::sim::Fibers::running();
  if (fibers == nullptr) return __real_pthread_mutex_lock(mutex);
  fibers->before_lock();
  // Who holds it cannot run before this fiber waits, so it would wait for ever.
  CHECK(pthread_mutex_trylock(mutex) == 0);
  return 0;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t* mutex) {
  const int result = __real_pthread_mutex_unlock(mutex);
  if (larder::sim::Fibers* const fibers = larder::sim::Fibers::running()) fibers->after_unlock();
  return result;
}
}
