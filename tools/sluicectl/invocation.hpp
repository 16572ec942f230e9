// One command line, checked against the table: the command, its words, its options.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sluicectl/command.hpp"

namespace sluice::ctl {

class Invocation {
public:
    // `arguments` is argv without the program's name. Without a command, or with --help, it is an invocation of `help`.
    [[nodiscard]] static tl::expected<Invocation, Trouble> parse(const std::vector<std::string>& arguments);

    [[nodiscard]] const Command& command() const { return *command_; }
    // FILE, [NAME], …; empty when not given.
    [[nodiscard]] std::string word(std::size_t index = 0) const { return index < words_.size() ? words_[index] : ""; }
    [[nodiscard]] bool has(std::string_view option) const { return options_.contains(option); }
    [[nodiscard]] bool json() const { return has("json"); }
    [[nodiscard]] bool watch() const { return has("watch"); }

    [[nodiscard]] std::string text(std::string_view option) const; // empty when not given
    // nullopt when not given; a usage error when it is no decimal number of 32 bits.
    [[nodiscard]] tl::expected<std::optional<std::uint32_t>, Trouble> number(std::string_view option) const;
    [[nodiscard]] tl::expected<std::optional<std::chrono::seconds>, Trouble> time(std::string_view option) const;

private:
    const Command* command_ = nullptr;
    std::vector<std::string> words_;
    std::map<std::string, std::string, std::less<>> options_;
};

} // namespace sluice::ctl
