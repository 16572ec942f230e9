// Every configuration that was applied, kept as it was: N.yaml with N.info (digest and the path it came from) in the
// state folder. The newest 64 stay.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dataplane/base/result.hpp"

namespace sluice::control {

class Generations {
public:
    struct Kept {
        std::uint64_t number = 0;
        std::string digest;
        std::string path; // relative names in the text are relative to this path's folder
        std::string text;
    };

    // Creates the folder if need be.
    [[nodiscard]] static Result<Generations> open(std::string folder);

    // The number it has from now on: a new one, or the newest one's if that is the same text from the same path.
    [[nodiscard]] Result<std::uint64_t> keep(const Kept& applied);

    // Takes back what keep() just gave a new number.
    void forget_newest();

    [[nodiscard]] Result<Kept> read(std::uint64_t number) const;
    [[nodiscard]] std::optional<Kept> find(const std::string& digest) const; // the newest with this digest
    [[nodiscard]] const std::string& folder() const { return folder_; }
    [[nodiscard]] std::uint64_t newest() const { return newest_; } // 0: none yet

private:
    explicit Generations(std::string folder);
    [[nodiscard]] std::string file(std::uint64_t number, const char* suffix) const;
    void remove(std::uint64_t number) const;
    void forget_old();

    std::string folder_;
    std::uint64_t newest_ = 0;
    std::uint64_t oldest_ = 1;
};

} // namespace sluice::control
