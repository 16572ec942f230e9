// An array in memory of its own, asked for in huge pages. Written by its owner; sized once, all zero; when the machine
// has no memory for it the constructor throws std::bad_alloc, which happens at start only.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include <sys/mman.h>

namespace sluice::table {

// Zero bytes must be a valid T, for a fresh page is not touched before its first use.
template<class T>
class Mapping {
    static_assert(std::is_trivially_destructible_v<T>);

public:
    explicit Mapping(std::size_t count)
        : count_(count)
    {
        if (count == 0) return;
        void* memory = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) throw std::bad_alloc();
        madvise(memory, bytes(),
                MADV_HUGEPAGE); // a wish: a kernel without transparent huge pages refuses it, harmlessly
        data_ = static_cast<T*>(memory);
    }

    ~Mapping()
    {
        if (data_ != nullptr) munmap(data_, bytes());
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    Mapping(Mapping&& other) noexcept // leaves it empty
        : data_(std::exchange(other.data_, nullptr))
        , count_(std::exchange(other.count_, 0))
    {
    }
    Mapping& operator=(Mapping&&) = delete;

    // All pages are there from now on: who is the first to touch one waits for the kernel.
    void take_all() noexcept
    {
        if (data_ != nullptr) madvise(data_, bytes(), MADV_POPULATE_WRITE); // since 5.14; a wish
    }

    [[nodiscard]] T& operator[](std::size_t index) { return data_[index]; }
    [[nodiscard]] const T& operator[](std::size_t index) const { return data_[index]; }
    [[nodiscard]] T* begin() { return data_; }
    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] std::size_t bytes() const { return count_ * sizeof(T); }

private:
    T* data_ = nullptr;
    std::size_t count_;
};

} // namespace sluice::table
