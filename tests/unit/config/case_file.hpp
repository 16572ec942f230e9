// Configurations and what is said about them, as rows of a text file:
//
//     ## what the file is about
//     version: 1                                lines that every case starts with
//     === a title
//     gtpu: {endpoit: 10.0.0.1}                 the case's own lines
//     !! 2:8: gtpu.endpoit: unknown key …       an error at line 2, column 8 of the whole
//     ~~ 2:8: gtpu: …                           a warning
//
// A case without `!!` is accepted, one without `~~` as well raises no warning.
#pragma once

#include <string>
#include <vector>

namespace sluice::test {

struct Case {
    std::string title;
    std::string text;
    std::vector<std::string> errors;
    std::vector<std::string> warnings;
};

// `name` is put before each place. The working folder is the repository's root.
[[nodiscard]] std::vector<Case> read_cases(const std::string& subject, const std::string& name);

} // namespace sluice::test
