// Processes that answer what a test says, and sluicectl between them.
#pragma once

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/objects.hpp"
#include "tests/support/serving.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tools/sluicectl/node.hpp"

namespace sluice::ctl {

using Words = std::vector<std::string>;
using Answers = std::map<int, api::Reply>; // by topic; -1: to apply and rollback

// Serves one socket for as long as it lives.
class Process {
public:
    Process(const std::string& socket, Answers answers)
        : answers_(std::move(answers))
        , serving_(socket, [this](const api::Request& request, const api::Peer& peer) {
            if (request.has_hello()) return test::answer(request, peer);
            asked = request;
            const int topic = request.has_query() ? static_cast<int>(request.query().topic()) : -1;
            const auto found = answers_.find(topic);
            return found == answers_.end() ? api::failure("not this one") : found->second;
        })
    {
    }
    api::Request asked; // the last one; read when its answer is there

private:
    Answers answers_;
    test::Serving serving_;
};

class World {
public:
    void dataplane(Answers answers)
    {
        dataplane_.reset(); // one process per socket
        dataplane_ = std::make_unique<Process>(folder.file("dataplane.sock"), std::move(answers));
    }
    void control(Answers answers)
    {
        control_.reset();
        control_ = std::make_unique<Process>(folder.file("control.sock"), std::move(answers));
    }
    Outcome run(Words words) const
    {
        words.insert(words.end(), {"--run-dir", folder.path()});
        const auto invocation = Invocation::parse(words);
        REQUIRE(invocation);
        Node node(*invocation);
        return invocation->command().run(*invocation, node);
    }
    // All that is printed, also what is made piece by piece.
    std::string print(Words words) const
    {
        words.insert(words.end(), {"--run-dir", folder.path()});
        const auto invocation = Invocation::parse(words);
        REQUIRE(invocation);
        Node node(*invocation);
        const Outcome outcome = invocation->command().run(*invocation, node);
        REQUIRE(outcome);
        std::string text = outcome->out;
        while (outcome->has_rest()) {
            const Piece piece = outcome->rest();
            REQUIRE(piece);
            text += *piece;
        }
        return text;
    }
    [[nodiscard]] const api::Request& dataplane_was_asked() const { return dataplane_->asked; }
    [[nodiscard]] const api::Request& control_was_asked() const { return control_->asked; }

    test::TemporaryFolder folder;

private:
    std::unique_ptr<Process> dataplane_;
    std::unique_ptr<Process> control_;
};

inline int exit_of(const Outcome& outcome)
{
    return static_cast<int>(outcome ? outcome->exit : outcome.error().exit);
}

inline bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace sluice::ctl
