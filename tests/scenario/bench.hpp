// One gateway worker on a bench: configured by YAML as a user would, frames put in by hand, what comes out kept.
// At its end every mbuf must be back and the counters must balance; both are checked, whatever the test was about.
//     Bench bench(one_node);
//     const auto out = bench.send("n3", frame);
//     REQUIRE(out.size() == 1);
//     CHECK(out[0].interface == "internet");
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/schema.hpp"
#include "control/object_set.hpp"
#include "dataplane/burst/pipeline.hpp"
#include "dataplane/pipeline_factory.hpp"
#include "dataplane/table/model.hpp"
#include "tests/scenario/eal.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/decode.hpp"

namespace sluice::test {

// How a frame lies in its mbufs.
enum class Shape {
    whole,
    split,  // segments of seven bytes: no header lies in one
    cloned, // somebody else holds the bytes too, and must find them unchanged
};
inline constexpr std::array<Shape, 3> shapes{Shape::whole, Shape::split, Shape::cloned};

struct Left {
    std::string interface;
    Bytes frame;
    bool punted = false;
};

class Bench final : Outlets, dataplane::GracePeriods {
public:
    explicit Bench(const std::string& yaml);
    ~Bench() override;

    // Another configuration, applied as a difference.
    void configure(const std::string& yaml);
    // Control knows from the kernel who has this address on an interface's link.
    void learn(const std::string& interface, const std::string& address, const std::string& mac);
    // Control has read these from the kernel, where a routing daemon put them.
    void learn(const api::RouteSet& routes);

    // One frame, in a burst of its own; what left because of it. `behind`: see make_frame.
    std::vector<Left> send(const std::string& interface, ByteSpan frame, Shape shape = Shape::whole,
                           ByteSpan behind = {});
    // All in one burst.
    std::vector<Left> send(const std::string& interface, const std::vector<Bytes>& frames);
    // Time goes by; what left because of it. Sessions age.
    std::vector<Left> wait(double seconds);

    [[nodiscard]] std::string mac(const std::string& interface) const;
    // Since the last call: drops and consumed by "stage.name", none of them zero.
    [[nodiscard]] std::map<std::string, std::uint64_t> ends();
    [[nodiscard]] const LawTerms& law() const { return ledger_.own(); }
    // Mbufs that the pipeline has not handed back: those of held packets, and no others.
    [[nodiscard]] unsigned mbufs_kept() const { return mbufs_.lost(); }
    [[nodiscard]] std::vector<DroppedPacket> last_drops() const { return last_drops_.read(); }
    [[nodiscard]] const std::vector<std::string>& wanted_neighbors() const { return wanted_; }
    [[nodiscard]] api::Sessions sessions(const api::SessionFilter& filter = {});
    [[nodiscard]] api::Services services();
    [[nodiscard]] dataplane::TrafficReader& traffic() { return factory_->traffic(); }
    [[nodiscard]] const table::Snapshot& tables() const { return *tables_; }
    // `sluicectl why`.
    [[nodiscard]] Result<api::Explanation> why(const api::Explain& question);
    // What the express lane has sent.
    [[nodiscard]] std::uint64_t express_packets();
    void refuse_punts(bool refused) { refuse_punts_ = refused; }

private:
    void transmit(rte_mbuf* const* frames, std::span<const DepartureRun> runs) noexcept override;
    [[nodiscard]] bool punt(std::uint16_t interface, PuntClass punt_class, rte_mbuf* frame) noexcept override;
    void want_neighbor(std::uint16_t interface, const std::uint8_t* address, unsigned length) noexcept override;
    [[nodiscard]] std::uint64_t start() override { return 0; }
    [[nodiscard]] bool passed(std::uint64_t) override { return true; }

    [[nodiscard]] BurstContext context();
    [[nodiscard]] const table::Interface& interface(const std::string& name) const;
    void receive(const std::string& interface, rte_mbuf* const* mbufs, unsigned count);
    void program();
    void apply(api::Transaction& transaction);
    void keep(std::uint16_t interface, const rte_mbuf* frame, bool punted);

    Mbufs mbufs_;
    config::Config config_;
    std::string extra_neighbors_;
    control::ObjectSet programmed_;
    std::unique_ptr<table::Model> model_;
    std::unique_ptr<const table::Snapshot> tables_;
    std::unique_ptr<dataplane::PipelineFactory> factory_;
    std::unique_ptr<Pipeline> pipeline_;
    Departures departures_{*this};
    Ledger ledger_;
    LastDrops last_drops_;
    std::uint64_t now_;
    std::vector<Left> left_;
    std::vector<std::string> wanted_;
    LawTerms told_; // by ends()
    bool refuse_punts_ = false;
};

// The one frame of `out`, which left on `interface` and is without fault.
[[nodiscard]] Decoded only(const std::vector<Left>& out, const std::string& interface);

} // namespace sluice::test
