#include "tools/sluicectl/doctor/system_files.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include "config/scalars.hpp"

namespace sluice::ctl::doctor {

std::filesystem::path SystemFiles::at(std::string_view path) const
{
    return root_ / std::filesystem::path(path).relative_path();
}

bool SystemFiles::has(std::string_view path) const
{
    std::error_code error;
    return std::filesystem::exists(std::filesystem::symlink_status(at(path), error));
}

std::optional<std::string> SystemFiles::text(std::string_view path) const
{
    std::ifstream file(at(path), std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(file), {});
    if (!file.is_open() || file.bad()) return std::nullopt;
    bytes.erase(bytes.find_last_not_of(" \n") + 1);
    return bytes;
}

std::optional<std::int64_t> SystemFiles::number(std::string_view path) const
{
    const auto bytes = text(path);
    std::int64_t value = 0;
    if (!bytes || std::from_chars(bytes->data(), bytes->data() + bytes->size(), value).ec != std::errc{})
        return std::nullopt;
    return value;
}

std::vector<unsigned> SystemFiles::cores(std::string_view path) const
{
    const auto bytes = text(path);
    if (!bytes) return {};
    auto cores = config::parse_cores(*bytes); // "(null)" and nothing are no list, and no core
    if (!cores) return {};
    return *std::move(cores);
}

std::string SystemFiles::link(std::string_view path) const
{
    std::error_code error;
    return std::filesystem::read_symlink(at(path), error).filename().string();
}

std::vector<std::string> SystemFiles::names(std::string_view folder) const
{
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(at(folder), error))
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
}

bool SystemFiles::has_folder_in(std::string_view folder) const
{
    std::error_code error;
    const std::filesystem::directory_iterator entries(at(folder), error);
    return std::any_of(begin(entries), end(entries), [&](const auto& entry) { return entry.is_directory(error); });
}

} // namespace sluice::ctl::doctor
