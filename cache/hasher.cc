#include "cache/hasher.h"

#include <openssl/evp.h>

#include <array>
#include <utility>

#include "cache/base/check.h"

namespace larder::cache {

namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// Fetched once: given a name, OpenSSL searches its providers under a lock for every digest.
const EVP_MD* method_of(DigestAlgorithm algorithm) {
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  return algorithm == DigestAlgorithm::sha256 ? sha256 : sha512;
}

// OpenSSL fails here only without memory, and then nothing sensible is left to do.
Context new_context() {
  Context context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  return context;
}

Context copy_of(const Context& context) {
  Context copy = new_context();
  CHECK(EVP_MD_CTX_copy_ex(copy.get(), context.get()) == 1);
  return copy;
}

using Value = std::array<unsigned char, EVP_MAX_MD_SIZE>;

Digest digest_from(DigestAlgorithm algorithm, const Value& value, unsigned size_bytes) {
  return Digest::from_bytes(algorithm, std::as_bytes(std::span(value).first(size_bytes)));
}

}  // namespace

struct Hasher::State {
  DigestAlgorithm algorithm;
  Context context;
};

Hasher::Hasher(DigestAlgorithm algorithm)
    : Hasher(std::make_unique<State>(State{algorithm, new_context()})) {
  CHECK(EVP_DigestInit_ex(state_->context.get(), method_of(algorithm), nullptr) == 1);
}

Hasher::Hasher(std::unique_ptr<State> state) : state_(std::move(state)) {}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::span<const std::byte> bytes) {
  CHECK(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

Hasher Hasher::clone() const {
  return Hasher(std::make_unique<State>(State{state_->algorithm, copy_of(state_->context)}));
}

Digest Hasher::digest() const {
  const Context context = copy_of(state_->context);  // finishing ends a context
  Value value;
  unsigned size_bytes = 0;
  CHECK(EVP_DigestFinal_ex(context.get(), value.data(), &size_bytes) == 1);
  return digest_from(state_->algorithm, value, size_bytes);
}

Digest digest_of(DigestAlgorithm algorithm, std::span<const std::byte> bytes) {
  Value value;
  unsigned size_bytes = 0;
  CHECK(EVP_Digest(bytes.data(), bytes.size(), value.data(), &size_bytes, method_of(algorithm),
                   nullptr) == 1);
  return digest_from(algorithm, value, size_bytes);
}

}  // namespace larder::cache
