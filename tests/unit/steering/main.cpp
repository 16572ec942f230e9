// The program needs a kernel that loads it. Without the right to do so nothing is proved, and meson is told so (77).
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <cstdio>

#include <bpf/libbpf.h>
#include <unistd.h>

int main(int argc, char* argv[])
{
    constexpr int skipped = 77;
    if (libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_XDP, nullptr) != 1) {
        std::fprintf(stderr, "skipped: uid %u may not load XDP programs into this kernel; run it as root\n",
                     ::getuid());
        return skipped;
    }
    return Catch::Session().run(argc, argv);
}
