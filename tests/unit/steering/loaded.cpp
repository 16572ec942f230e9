#include "tests/unit/steering/loaded.hpp"

#include <algorithm>
#include <stdexcept>

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <sys/socket.h>

#include "dataplane/steering/program.hpp"
#include "dataplane/steering/verdicts.hpp"

namespace sluice::test {
namespace {

template<class T>
T or_throw(Result<T> result)
{
    if (!result) throw std::runtime_error(result.error().text());
    return std::move(*result);
}

bpf_object* loaded()
{
    const std::string_view bytes = steering::program();
    bpf_object* object = bpf_object__open_mem(bytes.data(), bytes.size(), nullptr);
    if (object == nullptr || bpf_object__load(object) != 0)
        throw std::runtime_error("the verifier refused the program");
    return object;
}

int program_of(bpf_object* object)
{
    return bpf_program__fd(bpf_object__next_program(object, nullptr));
}

} // namespace

Loaded::Loaded()
    : Loaded(std::unique_ptr<bpf_object, Close>(loaded()))
{
}

Loaded::Loaded(std::unique_ptr<bpf_object, Close> object)
    : maps(or_throw(steering::Maps::of_program(program_of(object.get()))))
    , object_(std::move(object))
    , socket_(::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0)) // never bound: frames of a test run go nowhere
    , program_(program_of(object_.get()))
{
    if (const auto set = maps.set_socket(0, socket_.get()); !set) throw std::runtime_error(set.error().text());
}

void Loaded::remove_socket()
{
    socket_.reset(); // a closed socket leaves the map
}

std::string Loaded::verdict(ByteSpan frame)
{
    const steering::Counts before = maps.counts();
    Bytes out(frame.size() + 64);
    bpf_test_run_opts run{};
    run.sz = sizeof run;
    run.data_in = frame.data();
    run.data_size_in = static_cast<std::uint32_t>(frame.size());
    run.data_out = out.data();
    run.data_size_out = static_cast<std::uint32_t>(out.size());
    if (bpf_prog_test_run_opts(program_, &run) != 0) throw std::runtime_error("the kernel did not run it");
    if (run.data_size_out != frame.size() || !std::equal(frame.begin(), frame.end(), out.begin()))
        throw std::runtime_error("the frame was changed");

    const steering::Counts after = maps.counts();
    int counted = -1;
    for (int verdict = 0; verdict < STEERING_VERDICTS; ++verdict) {
        const auto index = static_cast<std::size_t>(verdict);
        if (after[index] == before[index]) continue;
        if (counted != -1 || after[index] != before[index] + 1) throw std::runtime_error("not counted once");
        counted = verdict;
    }
    if (counted == -1) throw std::runtime_error("not counted");
    const std::uint32_t action = counted == STEERING_PASSED      ? XDP_PASS
                                 : counted == STEERING_NO_SOCKET ? XDP_DROP
                                                                 : XDP_REDIRECT;
    if (run.retval != action) throw std::runtime_error("action " + std::to_string(run.retval));
    return std::string(steering::verdict_names[static_cast<std::size_t>(counted)]);
}

unsigned Loaded::cost(ByteSpan frame, unsigned times) const
{
    bpf_test_run_opts run{};
    run.sz = sizeof run;
    run.data_in = frame.data();
    run.data_size_in = static_cast<std::uint32_t>(frame.size());
    run.repeat = static_cast<int>(times);
    if (bpf_prog_test_run_opts(program_, &run) != 0) throw std::runtime_error("the kernel did not run it");
    return run.duration;
}

} // namespace sluice::test
