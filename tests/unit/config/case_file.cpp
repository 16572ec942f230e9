#include "tests/unit/config/case_file.hpp"

#include <fstream>
#include <optional>
#include <string_view>

namespace sluice::test {
namespace {

// The rest of a line that starts with the mark, or nothing.
std::optional<std::string> behind(std::string_view mark, const std::string& line)
{
    if (!line.starts_with(mark)) return std::nullopt;
    return line.substr(mark.size());
}

} // namespace

std::vector<Case> read_cases(const std::string& subject, const std::string& name)
{
    std::ifstream file("tests/unit/config/cases/" + subject + ".cases");
    std::vector<Case> cases;
    std::string common;
    std::string line;
    while (std::getline(file, line)) {
        if (line.empty() || behind("## ", line)) continue;
        if (const auto title = behind("=== ", line))
            cases.push_back({*title, common, {}, {}});
        else if (cases.empty())
            common += line + "\n";
        else if (const auto error = behind("!! ", line))
            cases.back().errors.push_back(name + ":" + *error);
        else if (const auto warning = behind("~~ ", line))
            cases.back().warnings.push_back(name + ":" + *warning);
        else
            cases.back().text += line + "\n";
    }
    return cases;
}

} // namespace sluice::test
