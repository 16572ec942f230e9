// What the kernel says of its machine in /proc, /sys, /dev and /run, read below a folder: "/" for this machine, a copy
// of those files for another one. Paths are written as they are on the machine. What cannot be read counts as absent.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::ctl::doctor {

class SystemFiles {
public:
    explicit SystemFiles(std::filesystem::path root)
        : root_(std::move(root))
    {
    }

    [[nodiscard]] bool has(std::string_view path) const;
    // Bytes of a file without the line's end that the kernel puts behind them.
    [[nodiscard]] std::optional<std::string> text(std::string_view path) const;
    // The first word of a file as a decimal number.
    [[nodiscard]] std::optional<std::int64_t> number(std::string_view path) const;
    // A file that holds a list of cores, "0-1,4"; empty when it names none.
    [[nodiscard]] std::vector<unsigned> cores(std::string_view path) const;
    // The last part of what a symbolic link points at: the driver's name of `/sys/bus/pci/devices/X/driver`.
    [[nodiscard]] std::string link(std::string_view path) const;
    // Names in a folder, sorted.
    [[nodiscard]] std::vector<std::string> names(std::string_view folder) const;
    [[nodiscard]] bool has_folder_in(std::string_view folder) const;

private:
    [[nodiscard]] std::filesystem::path at(std::string_view path) const;

    std::filesystem::path root_;
};

} // namespace sluice::ctl::doctor
