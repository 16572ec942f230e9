// Keyed 64-bit hash of a flow key. Written once at start, read by every worker; 33 bytes; cannot fill.
//
// CRC collides under every seed at once, so an outsider could choose flows that all fall into one bucket. Three AES
// rounds under a secret cost little more (1.6 against 1.3 cycles) and give him nothing to compute with. A processor
// without AES gets SipHash-1-3, which needs nothing but 64-bit additions.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <sys/random.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sluice {

class Hasher {
public:
    using Secret = std::array<std::uint8_t, 32>;
    enum class Method : std::uint8_t { aes, siphash };

    explicit Hasher(const Secret& secret, Method method = best_method())
        : secret_(secret)
        , method_(method)
    {
    }

    // A secret from the kernel. Ends the process when it gives none: no flow may be hashed under a guessable one.
    [[nodiscard]] static Hasher random()
    {
        Secret secret{};
        if (getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size())) std::abort();
        return Hasher(secret);
    }

    // What this processor does best; asked once per table, not per packet.
    [[nodiscard]] static Method best_method()
    {
#if defined(__x86_64__)
        if (__builtin_cpu_supports("aes")) return Method::aes;
#endif
        return Method::siphash;
    }

    [[nodiscard]] Method method() const
    {
        return method_;
    }

    // For a process that is to hash alike; nobody else may see it.
    [[nodiscard]] const Secret& secret() const
    {
        return secret_;
    }

    // The next 16 or 48 bytes at `key`; any alignment.
    [[nodiscard]] std::uint64_t operator()(const void* key16) const
    {
        return hash16(key16);
    }
    [[nodiscard]] std::uint64_t hash16(const void* key) const
    {
        return hash<1>(key);
    }
    [[nodiscard]] std::uint64_t hash48(const void* key) const
    {
        return hash<3>(key);
    }
    // hash16() of these words' bytes. For a key that has just been put together: read back whole, it would have to wait
    // for its parts.
    [[nodiscard]] std::uint64_t hash16(std::uint64_t first, std::uint64_t second) const
    {
#if defined(__x86_64__)
        if (method_ == Method::aes) return aes_words(first, second);
#endif
        const std::array<std::uint64_t, 2> key{first, second};
        return siphash<1>(key.data());
    }

    // The same for many keys of Blocks times 16 bytes at once: key(i) says where the i-th stands, take(i, hash) gets
    // its hash. The method is asked for once, and the rounds of one key fill the waits of another.
    template<unsigned Blocks, class KeyOf, class Take>
    void each(unsigned count, KeyOf&& key, Take&& take) const
    {
#if defined(__x86_64__)
        if (method_ == Method::aes) return aes_each<Blocks>(count, key, take);
#endif
        for (unsigned i = 0; i < count; ++i)
            take(i, siphash<Blocks>(key(i)));
    }

private:
    template<unsigned Blocks>
    [[nodiscard]] std::uint64_t hash(const void* key) const
    {
#if defined(__x86_64__)
        if (method_ == Method::aes) return aes<Blocks>(key);
#endif
        return siphash<Blocks>(key);
    }

#if defined(__x86_64__)
    // Two rounds after each block, so that no chosen difference between two blocks can cancel; three after the last.
    template<unsigned Blocks>
    [[nodiscard]] __attribute__((target("aes"))) std::uint64_t aes(const void* key) const
    {
        const auto* secret = reinterpret_cast<const __m128i*>(secret_.data());
        const auto* blocks = static_cast<const __m128i*>(key);
        const __m128i first = _mm_loadu_si128(secret);
        const __m128i second = _mm_loadu_si128(secret + 1);
        __m128i state = first;
        for (unsigned i = 0; i < Blocks; ++i) {
            state = _mm_xor_si128(state, _mm_loadu_si128(blocks + i));
            state = _mm_aesenc_si128(state, second);
            state = _mm_aesenc_si128(state, first);
        }
        state = _mm_aesenc_si128(state, second);
        return static_cast<std::uint64_t>(_mm_cvtsi128_si64(state));
    }

    [[nodiscard]] __attribute__((target("aes"))) std::uint64_t aes_words(std::uint64_t first,
                                                                         std::uint64_t second) const
    {
        const __m128i key = _mm_set_epi64x(static_cast<long long>(second), static_cast<long long>(first));
        const __m128i before = _mm_loadu_si128(reinterpret_cast<const __m128i*>(secret_.data()));
        const __m128i behind = _mm_loadu_si128(reinterpret_cast<const __m128i*>(secret_.data()) + 1);
        __m128i state = _mm_xor_si128(before, key);
        state = _mm_aesenc_si128(state, behind);
        state = _mm_aesenc_si128(state, before);
        state = _mm_aesenc_si128(state, behind);
        return static_cast<std::uint64_t>(_mm_cvtsi128_si64(state));
    }

    template<unsigned Blocks, class KeyOf, class Take>
    __attribute__((target("aes"))) void aes_each(unsigned count, KeyOf& key, Take& take) const
    {
        for (unsigned i = 0; i < count; ++i)
            take(i, aes<Blocks>(key(i)));
    }
#endif

    // SipHash-1-3 (Aumasson and Bernstein, 2012): one round per 8 bytes, three at the end.
    struct Sip {
        std::array<std::uint64_t, 4> v;

        void round()
        {
            v[0] += v[1], v[1] = std::rotl(v[1], 13) ^ v[0], v[0] = std::rotl(v[0], 32);
            v[2] += v[3], v[3] = std::rotl(v[3], 16) ^ v[2];
            v[0] += v[3], v[3] = std::rotl(v[3], 21) ^ v[0];
            v[2] += v[1], v[1] = std::rotl(v[1], 17) ^ v[2], v[2] = std::rotl(v[2], 32);
        }

        void absorb(std::uint64_t word)
        {
            v[3] ^= word;
            round();
            v[0] ^= word;
        }
    };

    [[nodiscard]] static std::uint64_t word_at(const void* bytes, std::size_t index)
    {
        std::uint64_t word = 0;
        std::memcpy(&word, static_cast<const std::uint8_t*>(bytes) + index * sizeof word, sizeof word);
        return word;
    }

    template<unsigned Blocks>
    [[nodiscard]] std::uint64_t siphash(const void* key) const
    {
        const std::uint64_t k0 = word_at(secret_.data(), 0);
        const std::uint64_t k1 = word_at(secret_.data(), 1);
        Sip sip{{k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573}};
        for (unsigned i = 0; i < Blocks * 2; ++i)
            sip.absorb(word_at(key, i));
        sip.absorb(std::uint64_t{Blocks * 16} << 56); // the length, as the last block asks
        sip.v[2] ^= 0xFF;
        for (unsigned i = 0; i < 3; ++i)
            sip.round();
        return sip.v[0] ^ sip.v[1] ^ sip.v[2] ^ sip.v[3];
    }

    Secret secret_;
    Method method_;
};

} // namespace sluice
