#include "control/run.hpp"

#include <csignal>
#include <cstdio>
#include <exception>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/signalfd.h>

#include "config/memory.hpp"
#include "control/configuration.hpp"
#include "control/options.hpp"
#include "control/service.hpp"

namespace sluice::control {
namespace {

enum Exit { fine = 0, cannot_start = 1, wrong_usage = 2 };

// Blocked before any thread exists, so that all inherit it and only the descriptor sees them.
api::Descriptor take_signals()
{
    sigset_t taken;
    sigemptyset(&taken);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&taken, signal);
    pthread_sigmask(SIG_BLOCK, &taken, nullptr);
    return api::Descriptor(::signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC));
}

void set_up_log(const std::string& level)
{
    spdlog::set_default_logger(spdlog::stderr_logger_mt("sluice-control"));
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z level=%l program=%n %v");
    spdlog::set_level(spdlog::level::from_str(level));
    spdlog::flush_on(spdlog::level::info);
}

int check(const std::string& path)
{
    const auto configuration = read_configuration(path);
    if (!configuration) {
        for (const Error& error : configuration.error())
            std::fprintf(stderr, "%s\n", error.text().c_str());
        return cannot_start;
    }
    for (const std::string& warning : configuration->warnings)
        std::fprintf(stderr, "warning: %s\n", warning.c_str());
    std::printf("%s\n", config::memory_advice(configuration->settings, config::reserved_hugepage_bytes()).c_str());
    return fine;
}

int run_node(const Options& options)
{
    auto configuration = read_configuration(options.config);
    if (!configuration) {
        for (const Error& error : configuration.error())
            spdlog::error("event=configuration_refused reason=\"{}\"", error.text());
        return cannot_start;
    }
    for (const std::string& warning : configuration->warnings)
        spdlog::warn("event=configuration_warning what=\"{}\"", warning);

    const std::string name = configuration->settings.node.name;
    const Folders folders{options.run_dir.empty() ? "/run/sluice/" + name : options.run_dir,
                          options.state_dir.empty() ? "/var/lib/sluice/" + name : options.state_dir};
    std::signal(SIGPIPE, SIG_IGN);
    const auto service = Service::start(std::move(*configuration), folders, take_signals());
    if (!service) {
        spdlog::error("event=cannot_start reason=\"{}\"", service.error().text());
        return cannot_start;
    }
    spdlog::info("event=started node={} run_dir={} state_dir={}", name, folders.run, folders.state);
    (*service)->run();
    spdlog::info("event=stopped");
    return fine;
}

} // namespace

int run(int argc, const char* const* argv)
{
    const auto options = parse_options(argc, argv);
    if (!options) {
        std::fprintf(stderr, "sluice-control: %s\n%s", options.error().text().c_str(), usage().c_str());
        return wrong_usage;
    }
    if (options->help) {
        std::fputs(usage().c_str(), stdout);
        return fine;
    }
    try {
        set_up_log(options->log_level);
        return options->check ? check(options->config) : run_node(*options);
    } catch (const std::exception& error) {
        spdlog::critical("event=ended reason=\"{}\"", error.what());
        return cannot_start;
    }
}

} // namespace sluice::control
