// An array that never changes once made: networks, interfaces, services, pools. Made by the table server's thread, read
// by every worker without a step more than a vector takes; a copy shares everything, so that the next snapshot costs
// nothing where a transaction changed nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace sluice::table {

template<class T>
class SharedArray {
public:
    SharedArray() = default;
    SharedArray(std::vector<T> values)
        : owner_(std::make_shared<const std::vector<T>>(std::move(values)))
        , data_(owner_->data())
        , size_(owner_->size())
    {
    }

    [[nodiscard]] const T& operator[](std::size_t index) const noexcept { return data_[index]; }
    [[nodiscard]] const T& at(std::size_t index) const { return owner_->at(index); } // precondition: not empty
    [[nodiscard]] const T* begin() const noexcept { return data_; }
    [[nodiscard]] const T* end() const noexcept { return data_ + size_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    [[nodiscard]] std::vector<T> copy() const { return {begin(), end()}; } // to make the next one from

private:
    std::shared_ptr<const std::vector<T>> owner_;
    const T* data_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace sluice::table
