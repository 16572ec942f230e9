#include "dataplane/table/region.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace sluice::table {
namespace {

constexpr const char* name = "sluice-sessions";

std::uint64_t round_up(std::uint64_t bytes, std::uint64_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

std::uint64_t clock_now()
{
#if defined(__x86_64__)
    return __rdtsc();
#else
    return 0;
#endif
}

// The lock on the byte of an epoch. Its place is behind any data, and needs none.
struct flock byte_of(Region::Epoch epoch)
{
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = (off_t{1} << 50) + epoch;
    lock.l_len = 1;
    return lock;
}

std::string reason()
{
    return std::strerror(errno);
}

void place_sections(RegionHeader& header)
{
    const RegionLayout& layout = header.layout;
    header.buckets_at = round_up(sizeof(RegionHeader), Region::page);
    header.entries_at = header.buckets_at + round_up(std::uint64_t{layout.buckets} * layout.bucket_bytes, Region::page);
    header.cold_at = header.entries_at + round_up(std::uint64_t{layout.pairs} * 2 * layout.entry_bytes, Region::page);
    header.bytes = round_up(header.cold_at + std::uint64_t{layout.pairs} * layout.cold_bytes, Region::huge_page);
}

// Empty: it is one of ours, with entries of these sizes, and whole.
std::string fault(const RegionHeader& header, std::uint64_t file_bytes, const RegionLayout& expected)
{
    if (header.magic != RegionHeader::magic_word) return "is no session region";
    if (header.version != RegionHeader::current_version || header.header_bytes != sizeof(RegionHeader))
        return "has layout version " + std::to_string(header.version) + ", this program reads " +
               std::to_string(RegionHeader::current_version);
    RegionLayout sizes = header.layout;
    sizes.pairs = expected.pairs;
    sizes.buckets = expected.buckets;
    if (sizes != expected) return "holds entries of other sizes, of the other address family perhaps";
    RegionHeader own;
    own.layout = header.layout;
    place_sections(own);
    if (own.bytes != header.bytes || own.buckets_at != header.buckets_at || own.entries_at != header.entries_at ||
        own.cold_at != header.cold_at || header.layout.pairs == 0 || header.layout.buckets == 0)
        return "has sections where none can be";
    if (file_bytes < header.bytes) return "is cut short";
    return {};
}

} // namespace

Result<Region> Region::make(const RegionLayout& layout, const Hasher::Secret& secret, Hasher::Method method,
                            unsigned tick_shift)
{
    RegionHeader plan;
    plan.layout = layout;
    place_sections(plan);
    Region region;
    if (!region.open_memory(plan.bytes, true) && !region.open_memory(plan.bytes, false))
        return fail(name, "no memory for " + std::to_string(plan.bytes) + " bytes: " + reason());
    if (!region.take_epoch()) return fail(name, "cannot lock an epoch: " + reason());
    RegionHeader& header = *new (region.memory_) RegionHeader;
    header.header_bytes = sizeof(RegionHeader);
    header.layout = layout;
    header.tick_shift = tick_shift;
    place_sections(header);
    header.clock_base = clock_now();
    header.secret = secret;
    header.method = method;
    header.version = RegionHeader::current_version;
    header.magic = RegionHeader::magic_word; // last: from now on it may be attached
    return region;
}

Result<Region> Region::attach(int descriptor, const RegionLayout& expected_sizes)
{
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return fail(name, reason());
    const auto bytes = static_cast<std::uint64_t>(status.st_size);
    if (bytes < page) return fail(name, "is no session region");
    Region region;
    region.descriptor_ = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (region.descriptor_ < 0 || !region.map(bytes)) return fail(name, "cannot be mapped: " + reason());
    if (const std::string wrong = fault(region.header(), bytes, expected_sizes); !wrong.empty())
        return fail(name, wrong);
    if (region.header().method == Hasher::Method::aes && Hasher::best_method() != Hasher::Method::aes)
        return fail(name, "is hashed by AES, which this processor lacks");
    if (!region.take_epoch()) return fail(name, "cannot lock an epoch: " + reason());
    return region;
}

Region::Region(Region&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr))
    , bytes_(other.bytes_)
    , descriptor_(std::exchange(other.descriptor_, -1))
    , life_(std::exchange(other.life_, -1))
    , epoch_(other.epoch_)
{
}

Region::~Region()
{
    if (memory_ != nullptr) ::munmap(memory_, bytes_);
    if (descriptor_ >= 0) ::close(descriptor_);
    if (life_ >= 0) ::close(life_);
}

// Huge pages are reserved by the mapping, so that a lack of them shows here and not in a worker.
bool Region::open_memory(std::uint64_t bytes, bool huge)
{
    const unsigned flags = MFD_CLOEXEC | (huge ? MFD_HUGETLB | MFD_HUGE_2MB : 0U);
    descriptor_ = ::memfd_create(name, flags);
    if (descriptor_ < 0) return false;
    if (::ftruncate(descriptor_, static_cast<off_t>(bytes)) == 0 && map(bytes)) return true;
    ::close(std::exchange(descriptor_, -1));
    return false;
}

// All of it is there from the start: a worker that were the first to touch a page would wait for the kernel, once in
// twenty new sessions where pages are small.
bool Region::map(std::uint64_t bytes)
{
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
    if (memory == MAP_FAILED) return false;
    ::madvise(memory, bytes, MADV_HUGEPAGE);       // wishes, which some kernels refuse
    ::madvise(memory, bytes, MADV_POPULATE_WRITE); // since 5.14
    memory_ = memory;
    bytes_ = bytes;
    return true;
}

// The first free epoch. /proc gives a second open file description of the same memory; locks belong to that.
bool Region::take_epoch()
{
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor_);
    life_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (life_ < 0) return false;
    for (unsigned epoch = 1; epoch <= 255; ++epoch) {
        struct flock lock = byte_of(static_cast<Epoch>(epoch));
        if (::fcntl(life_, F_OFD_SETLK, &lock) != 0) continue;
        epoch_ = static_cast<Epoch>(epoch);
        return true;
    }
    return false;
}

bool Region::is_alive(Epoch epoch) const
{
    if (epoch == epoch_) return true;
    struct flock lock = byte_of(epoch);
    return ::fcntl(life_, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

} // namespace sluice::table
