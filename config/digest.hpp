// A fingerprint of the configuration's bytes, which both processes show. It tells files apart; it is no protection.
#pragma once

#include <string>
#include <string_view>

namespace sluice::config {

// 64-bit FNV-1a as 16 hexadecimal digits.
[[nodiscard]] std::string digest(std::string_view bytes);

} // namespace sluice::config
