// Files are written beside and renamed, the .yaml last: a number without one was never finished and counts for nothing.
#include "control/generations.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sluice::control {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kept_files = 64;

std::optional<std::uint64_t> number_of(const fs::path& path)
{
    const std::string stem = path.stem();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
    if (path.extension() != ".yaml" || error != std::errc{} || end != stem.data() + stem.size()) return std::nullopt;
    return number;
}

Result<void> write(const std::string& path, const std::string& text)
{
    const std::string beside = path + ".new";
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    std::error_code error;
    if (file) fs::rename(beside, path, error);
    if (!file || error) return fail(path, "cannot be written" + (error ? ": " + error.message() : std::string()));
    return {};
}

std::optional<std::string> slurp(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

} // namespace

Generations::Generations(std::string folder)
    : folder_(std::move(folder))
{
}

Result<Generations> Generations::open(std::string folder)
{
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return fail(folder, "cannot be created: " + error.message() + "; choose another by --state-dir");
    Generations opened(std::move(folder));
    std::uint64_t oldest = UINT64_MAX;
    for (const fs::directory_entry& entry : fs::directory_iterator(opened.folder_, error)) {
        const auto number = number_of(entry.path());
        if (!number) continue;
        opened.newest_ = std::max(opened.newest_, *number);
        oldest = std::min(oldest, *number);
    }
    if (error) return fail(opened.folder_, "cannot be read: " + error.message());
    if (opened.newest_ > 0) opened.oldest_ = oldest;
    return opened;
}

std::string Generations::file(std::uint64_t number, const char* suffix) const
{
    return (fs::path(folder_) / (std::to_string(number) + suffix)).string();
}

Result<std::uint64_t> Generations::keep(const Kept& applied)
{
    if (newest_ > 0) {
        const auto last = read(newest_);
        if (last && last->text == applied.text && last->path == applied.path) return newest_;
    }
    const std::uint64_t number = newest_ + 1;
    if (auto done = write(file(number, ".info"), applied.digest + " " + applied.path + "\n"); !done)
        return tl::unexpected(done.error());
    if (auto done = write(file(number, ".yaml"), applied.text); !done) return tl::unexpected(done.error());
    newest_ = number;
    forget_old();
    return number;
}

void Generations::remove(std::uint64_t number) const
{
    std::error_code ignored; // one that is gone already is as it should be
    fs::remove(file(number, ".yaml"), ignored);
    fs::remove(file(number, ".info"), ignored);
}

void Generations::forget_newest()
{
    if (newest_ > 0) remove(newest_--);
}

void Generations::forget_old()
{
    for (; newest_ - oldest_ >= kept_files; ++oldest_)
        remove(oldest_);
}

Result<Generations::Kept> Generations::read(std::uint64_t number) const
{
    const auto info = slurp(file(number, ".info"));
    auto text = slurp(file(number, ".yaml"));
    const std::size_t space = info ? info->find(' ') : std::string::npos;
    if (!text || space == std::string::npos)
        return fail("configuration " + std::to_string(number), "is not kept in " + folder_ + "; kept are " +
                                                                   std::to_string(oldest_) + " to " +
                                                                   std::to_string(newest_));
    std::string path = info->substr(space + 1);
    if (!path.empty() && path.back() == '\n') path.pop_back();
    return Kept{number, info->substr(0, space), std::move(path), std::move(*text)};
}

std::optional<Generations::Kept> Generations::find(const std::string& digest) const
{
    for (std::uint64_t number = newest_; number >= oldest_ && number > 0; --number)
        if (auto kept = read(number); kept && kept->digest == digest) return std::move(*kept);
    return std::nullopt;
}

} // namespace sluice::control
