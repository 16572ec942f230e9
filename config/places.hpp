// Where each path of a configuration ("nat.rules[0].pool") stands in the text, for messages.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/tree.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::config {

// "gateway.yaml:14:9: nat.rules[0].pool"; without a path only the position, without a position only the path.
[[nodiscard]] std::string place_text(const std::string& name, Mark mark, std::string_view path);

// An error that still knows where it stands.
struct PlacedError {
    Mark mark;
    Error error;
};

// In the order of the text, as an operator mends them; errors at one place stay in the order they were found in.
[[nodiscard]] std::vector<Error> in_order(std::vector<PlacedError> errors);

class Places {
public:
    explicit Places(std::string name)
        : name_(std::move(name))
    {
    }

    void add(const std::string& path, Mark mark) { marks_.emplace(path, mark); }
    // A path that is not in the text stands where the nearest thing around it stands.
    [[nodiscard]] Mark mark(std::string_view path) const;
    [[nodiscard]] std::string text(std::string_view path) const { return place_text(name_, mark(path), path); }
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    std::string name_;
    std::map<std::string, Mark, std::less<>> marks_;
};

} // namespace sluice::config
