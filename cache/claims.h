// Who is using a blob, so that nobody removes it under a reader or a writer.
//
// A reader, a flight and a writer each hold the blob for as long as they need it; whoever removes
// it must have it alone. Thread-safety: any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>

#include "cache/base/mutex.h"
#include "cache/digest.h"

namespace larder::cache {

class Claims {
 public:
  // Keeps the blob from being removed, until destruction. Movable.
  class Hold {
   public:
    Hold() = default;
    Hold(Claims& claims, const Digest& digest) : claims_(&claims), digest_(digest) {}
    Hold(Hold&& other) noexcept;
    Hold& operator=(Hold&& other) noexcept;
    ~Hold();

   private:
    void let_go();

    Claims* claims_ = nullptr;
    std::optional<Digest> digest_;
  };

  // The right to remove the blob; new holders wait until destruction. Movable.
  class Removal {
   public:
    Removal(Claims& claims, const Digest& digest) : claims_(&claims), digest_(digest) {}
    Removal(Removal&& other) noexcept;
    Removal& operator=(Removal&& other) = delete;
    ~Removal();

   private:
    Claims* claims_;
    Digest digest_;
  };

  // Blocks: while the blob is being removed.
  Hold hold(const Digest& digest);
  // Nothing when somebody holds the blob or removes it. Blocks: no.
  std::optional<Removal> try_remove(const Digest& digest);
  // The right to remove it under those who hold it, because its bytes are bad: they go on with the
  // file they have open. Nothing when somebody removes it. Blocks: no.
  std::optional<Removal> try_condemn(const Digest& digest);

  bool is_held(const Digest& digest) const;

 private:
  void release(const Digest& digest);
  void removed(const Digest& digest);

  struct Claim {
    std::size_t holders = 0;
    bool being_removed = false;
  };
  void erase_if_free(const Digest& digest) REQUIRES(mutex_);

  mutable Mutex mutex_;
  CondVar changed_;
  std::unordered_map<Digest, Claim> claims_ GUARDED_BY(mutex_);  // no entry: free
};

}  // namespace larder::cache
