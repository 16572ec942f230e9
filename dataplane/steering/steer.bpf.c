/* The XDP program of a NIC that stays with the kernel: gateway traffic to the AF_XDP socket, everything else on its
 * way to the kernel. README.md has the rules as a table; the parsing functions follow its order. Compiled for BPF when
 * the dataplane is built, loaded by DPDK's AF_XDP driver.
 *
 * What it cannot read (cut short, unknown, illegal) is the kernel's: whoever owns the NIC judges its frames.
 * Compare IEEE 802.1Q, RFC 826, RFC 791, RFC 8200 section 4, RFC 4861 section 4.3. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "frame.h"
#include "layout.h"

struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, STEERING_MOST_QUEUES);
    __type(key, __u32);
    __type(value, __u32);
} xsks_map SEC(".maps"); /* by queue; the name is what the driver looks for */
struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, STEERING_MOST_PREFIXES);
    __type(key, struct steering_key4);
    __type(value, __u8);
} gateway4 SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, STEERING_MOST_PREFIXES);
    __type(key, struct steering_key6);
    __type(value, __u8);
} gateway6 SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct steering_settings);
} settings SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, STEERING_TAGS);
    __type(key, __u32);
    __type(value, __u8); /* 1: a VLAN of the gateway's */
} vlans SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, STEERING_VERDICTS);
    __type(key, __u32);
    __type(value, __u64);
} verdicts SEC(".maps");

static __always_inline int is_gateway4(const __u8* address)
{
    struct steering_key4 key = {.length = 32};
    __builtin_memcpy(key.address, address, sizeof key.address);
    const __u8* owner = bpf_map_lookup_elem(&gateway4, &key);
    return owner && *owner == STEERING_OF_GATEWAY;
}

static __always_inline int is_gateway6(const __u8* address)
{
    struct steering_key6 key = {.length = 128};
    __builtin_memcpy(key.address, address, sizeof key.address);
    const __u8* owner = bpf_map_lookup_elem(&gateway6, &key);
    return owner && *owner == STEERING_OF_GATEWAY;
}

/* Whether this UDP header belongs to a tunnel that ends at `address`. */
static __always_inline int is_tunnel(struct frame frame, const struct steering_settings* own, const __u8* address,
                                     __u8 family)
{
    const struct udp* udp = take(&frame, sizeof(struct udp));
    if (!udp) return 0;
    for (int i = 0; i < STEERING_ENDPOINTS; ++i) {
        const struct steering_endpoint* end = &own->endpoints[i];
        if (end->family != family || end->port != udp->destination) continue;
        if (family == version4 && same(end->address, address, 4)) return 1;
        if (family == version6 && same(end->address, address, 16)) return 1;
    }
    return 0;
}

static __always_inline __u32 judge_arp(struct frame frame)
{
    const struct arp* arp = take(&frame, sizeof(struct arp));
    if (!arp || arp->hardware != bpf_htons(arp_ethernet) || arp->protocol != bpf_htons(ETH_P_IP))
        return STEERING_PASSED;
    if (arp->hardware_length != 6 || arp->protocol_length != 4) return STEERING_PASSED;
    if (arp->operation != bpf_htons(arp_request)) return STEERING_PASSED;
    return is_gateway4(arp->target) ? STEERING_NEIGHBOR : STEERING_PASSED;
}

static __always_inline __u32 judge_ipv4(struct frame frame, const struct steering_settings* own)
{
    const struct ipv4* ip = take(&frame, sizeof(struct ipv4));
    if (!ip || ip->version_length >> 4 != version4) return STEERING_PASSED;
    if (is_gateway4(ip->destination)) return STEERING_ADDRESS; /* fragments too: the address is wholly ours */
    if (ip->protocol != IPPROTO_UDP || (ip->fragment & bpf_htons(fragment_offset))) return STEERING_PASSED;
    const __u32 words = ip->version_length & 0xF;
    if (words < 5) return STEERING_PASSED;
    frame.at += (words - 5) * 4;
    return is_tunnel(frame, own, ip->destination, version4) ? STEERING_TUNNEL : STEERING_PASSED;
}

/* The UDP header behind at most `most_extensions` extension headers (RFC 8200 section 4.1). */
static __always_inline int find_udp(struct frame* frame, __u8 next)
{
    for (int i = 0; i <= most_extensions; ++i) {
        if (next == IPPROTO_UDP) return 1;
        const struct extension* header = take(frame, sizeof(struct extension));
        if (!header) return 0;
        __u32 length = 8;
        if (next == IPPROTO_FRAGMENT) {
            if (header->fragment & bpf_htons(0xFFF8)) return 0; /* not the first one */
        } else if (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS) {
            length += header->length * 8U;
        } else {
            return 0;
        }
        next = header->next;
        frame->at += length - sizeof *header;
    }
    return 0;
}

static __always_inline __u32 judge_ipv6(struct frame frame, const struct steering_settings* own)
{
    const struct ipv6* ip = take(&frame, sizeof(struct ipv6));
    if (!ip || (ip->version_class_flow & bpf_htonl(0xF0000000)) != bpf_htonl(0x60000000)) return STEERING_PASSED;
    if (is_gateway6(ip->destination)) return STEERING_ADDRESS;
    return find_udp(&frame, ip->next) && is_tunnel(frame, own, ip->destination, version6) ? STEERING_TUNNEL
                                                                                          : STEERING_PASSED;
}

/* A neighbour solicitation to a group, for an address of the gateway's. To itself it is sent as any packet is. */
static __always_inline __u32 judge_solicitation(struct frame frame)
{
    const struct ipv6* ip = take(&frame, sizeof(struct ipv6));
    if (!ip || (ip->version_class_flow & bpf_htonl(0xF0000000)) != bpf_htonl(0x60000000)) return STEERING_PASSED;
    if (ip->next != IPPROTO_ICMPV6 || ip->hop_limit != discovery_hop_limit) return STEERING_PASSED;
    const struct solicitation* asked = take(&frame, sizeof(struct solicitation));
    if (!asked || asked->type != icmp6_solicitation || asked->code != 0) return STEERING_PASSED;
    return is_gateway6(asked->target) ? STEERING_NEIGHBOR : STEERING_PASSED;
}

static __always_inline __u32 judge(struct frame frame)
{
    const __u32 only = 0;
    const struct steering_settings* own = bpf_map_lookup_elem(&settings, &only);
    const struct ethhdr* ethernet = take(&frame, sizeof(struct ethhdr));
    if (!own || !ethernet) return STEERING_PASSED;
    __be16 type = ethernet->h_proto;
    if (type == bpf_htons(ETH_P_8021Q)) {
        const struct tag* tag = take(&frame, sizeof(struct tag));
        if (!tag) return STEERING_PASSED;
        const __u32 id = bpf_ntohs(tag->control) & 0xFFF;
        const __u8* ours = bpf_map_lookup_elem(&vlans, &id);
        if (id != 0) return ours && *ours ? STEERING_VLAN : STEERING_PASSED;
        type = tag->type; /* a priority alone: as if untagged */
    }
    const int group = ethernet->h_dest[0] & 1;
    if (!group && !same(ethernet->h_dest, own->mac, 6)) return STEERING_PASSED;
    if (type == bpf_htons(ETH_P_ARP)) return judge_arp(frame);
    if (type == bpf_htons(ETH_P_IP)) return group ? STEERING_PASSED : judge_ipv4(frame, own);
    if (type == bpf_htons(ETH_P_IPV6)) return group ? judge_solicitation(frame) : judge_ipv6(frame, own);
    return STEERING_PASSED;
}

SEC("xdp")
int sluice_steer(struct xdp_md* context)
{
    const struct frame frame = {(const __u8*)(long)context->data, (const __u8*)(long)context->data_end};
    __u32 verdict = judge(frame);
    int action = XDP_PASS;
    if (verdict != STEERING_PASSED) {
        action = (int)bpf_redirect_map(&xsks_map, context->rx_queue_index, XDP_DROP);
        if (action != XDP_REDIRECT) verdict = STEERING_NO_SOCKET;
    }
    __u64* counter = bpf_map_lookup_elem(&verdicts, &verdict);
    if (counter) ++*counter;
    return action;
}

/* Nothing here calls a helper that is for GPL programs only. */
char license_text[] SEC("license") = "Apache-2.0";
