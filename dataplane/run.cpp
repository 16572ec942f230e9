#include "dataplane/run.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "config/loader.hpp"
#include "dataplane/eal.hpp"
#include "dataplane/options.hpp"
#include "dataplane/privileges.hpp"
#include "dataplane/start_checks.hpp"

namespace sluice::dataplane {
namespace {

enum Exit { fine = 0, cannot_start = 1, wrong_usage = 2 };

// Blocked before any thread exists, so that all inherit it and only wait_for_stop sees them.
sigset_t block_stop_signals()
{
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop, nullptr);
    return stop;
}

void wait_for_stop(const sigset_t& stop)
{
    int signal = 0;
    sigwait(&stop, &signal);
    spdlog::info("event=stopping signal={}", signal);
}

// Peers learn that what we announced is gone while their packets still find their way. A second signal ends the wait.
void drain(Dataplane& node, const sigset_t& stop)
{
    using Clock = std::chrono::steady_clock;
    const Clock::time_point end = Clock::now() + node.withdraw();
    for (auto left = end - Clock::now(); left > Clock::duration::zero(); left = end - Clock::now()) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
        const timespec wait{seconds.count(), std::chrono::nanoseconds(left - seconds).count()};
        if (sigtimedwait(&stop, nullptr, &wait) > 0) {
            spdlog::info("event=stopping_at_once");
            return;
        }
    }
}

void set_up_log(const std::string& level)
{
    spdlog::set_default_logger(spdlog::stderr_logger_mt("sluice-dataplane"));
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z level=%l program=%n %v");
    spdlog::set_level(spdlog::level::from_str(level));
    spdlog::flush_on(spdlog::level::info);
}

bool can_start(const StartFindings& findings)
{
    for (const Error& refusal : findings.refusals)
        spdlog::error("event=cannot_start reason=\"{}\"", refusal.text());
    return findings.refusals.empty();
}

int run_node(const Options& options, const MakePipelines& make_pipelines)
{
    auto loaded = config::load_file(options.config);
    if (!loaded) {
        for (const Error& error : loaded.error())
            spdlog::error("event=configuration_refused reason=\"{}\"", error.text());
        return cannot_start;
    }
    const config::Config& config = loaded->config;
    StartFindings findings = judge(config, look_at_machine(config));
    if (!can_start(findings)) return cannot_start;

    const sigset_t stop = block_stop_signals();
    const std::string folder = options.run_folder.empty() ? "/run/sluice/" + config.node.name : options.run_folder;
    const auto node = Dataplane::start(config, folder, make_pipelines, std::move(findings.warnings));
    if (!node) {
        spdlog::error("event=cannot_start reason=\"{}\"", node.error().text());
        return cannot_start;
    }
    confine_event_thread();
    drop_capabilities(kept_capabilities);
    wait_for_stop(stop);
    drain(**node, stop);
    return fine;
}

} // namespace

int run(int argc, const char* const* argv, const MakePipelines& make_pipelines)
{
    const auto options = parse_options(argc, argv);
    if (!options) {
        std::fprintf(stderr, "sluice-dataplane: %s\n%s", options.error().text().c_str(), usage().c_str());
        return wrong_usage;
    }
    if (options->help) {
        std::fputs(usage().c_str(), stdout);
        return fine;
    }
    try {
        set_up_log(options->log_level);
        return run_node(*options, make_pipelines);
    } catch (const std::exception& error) {
        spdlog::critical("event=ended reason=\"{}\"", error.what());
        return cannot_start;
    }
}

} // namespace sluice::dataplane
