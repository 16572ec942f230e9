/* A frame as the XDP program reads it: headers in their order on the wire, each asked for before it is touched. Every
 * header is packed, so that it may stand at any address. */
#ifndef SLUICE_STEERING_FRAME_H
#define SLUICE_STEERING_FRAME_H

#include <linux/types.h>

#include <bpf/bpf_helpers.h>

enum { most_extensions = 6, fragment_offset = 0x1FFF, version4 = 4, version6 = 6 };
enum { arp_ethernet = 1, arp_request = 1, icmp6_solicitation = 135, discovery_hop_limit = 255 };

struct tag {
    __be16 control; /* the lowest 12 bits: VLAN identifier */
    __be16 type;
} __attribute__((packed));
struct arp {
    __be16 hardware, protocol;
    __u8 hardware_length, protocol_length;
    __be16 operation;
    __u8 sender_mac[6], sender[4], target_mac[6], target[4];
} __attribute__((packed));
struct ipv4 {
    __u8 version_length, service;
    __be16 length, identification, fragment;
    __u8 ttl, protocol;
    __be16 checksum;
    __u8 source[4], destination[4];
} __attribute__((packed));
struct ipv6 {
    __be32 version_class_flow;
    __be16 length;
    __u8 next, hop_limit;
    __u8 source[16], destination[16];
} __attribute__((packed));
struct extension {
    __u8 next, length; /* of all but fragments and AH in units of eight bytes behind the first eight */
    __be16 fragment;   /* of a fragment header: offset and flags */
} __attribute__((packed));
struct solicitation {
    __u8 type, code;
    __be16 checksum;
    __be32 reserved;
    __u8 target[16];
} __attribute__((packed));
struct udp {
    __be16 source, destination, length, checksum;
} __attribute__((packed));

struct frame {
    const __u8* at; /* what is not read yet */
    const __u8* end;
};

/* The next `size` bytes, or none where the frame ends before. */
static __always_inline const void* take(struct frame* frame, __u32 size)
{
    const __u8* taken = frame->at;
    if (taken + size > frame->end) return 0;
    frame->at += size;
    return taken;
}

static __always_inline int same(const __u8* one, const __u8* other, int bytes)
{
    __u8 difference = 0;
    for (int i = 0; i < bytes; ++i)
        difference |= one[i] ^ other[i];
    return difference == 0;
}

#endif
