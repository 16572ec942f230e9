#include "config/secret.hpp"

#include <algorithm>

#include "config/tree.hpp"

namespace sluice::config {

Result<std::string> read_secret(const std::string& path)
{
    constexpr std::size_t longest = 80; // TCP_MD5SIG_MAXKEYLEN
    Result<std::string> text = read_text_file(path);
    if (!text) return text;
    if (text->ends_with('\n')) text->pop_back();
    if (text->ends_with('\r')) text->pop_back();
    if (text->empty()) return fail(path, "is empty; write the password as its one line");
    const auto is_visible = [](char c) { return c > ' ' && c <= '~'; };
    if (!std::all_of(text->begin(), text->end(), is_visible))
        return fail(path, "has a character that is not visible ASCII, or a second line; write one line without blanks");
    if (text->size() > longest)
        return fail(path, "has " + std::to_string(text->size()) + " characters; a TCP MD5 key has 80 at most");
    return text;
}

} // namespace sluice::config
