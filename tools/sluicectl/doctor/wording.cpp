#include "tools/sluicectl/doctor/wording.hpp"

#include <algorithm>

namespace sluice::ctl::doctor {

std::string list_of(std::vector<unsigned> cores)
{
    std::ranges::sort(cores);
    std::string list;
    for (std::size_t first = 0; first < cores.size();) {
        std::size_t last = first;
        while (last + 1 < cores.size() && cores[last + 1] == cores[last] + 1)
            ++last;
        list += (list.empty() ? "" : ",") + std::to_string(cores[first]);
        if (last > first) list += "-" + std::to_string(cores[last]);
        first = last + 1;
    }
    return list;
}

std::string words_of(const std::vector<unsigned>& cores)
{
    std::string words;
    for (const unsigned core : cores)
        words += (words.empty() ? "" : " ") + std::to_string(core);
    return words;
}

std::string kernel_arguments(const std::string& words)
{
    return "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&" + words + " /' /etc/default/grub && update-grub && reboot";
}

} // namespace sluice::ctl::doctor
