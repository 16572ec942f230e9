/* What the program in the kernel and the dataplane share: the keys and values of its maps. C, for both.
 * Numbers are in network order where they come from packets. */
#ifndef SLUICE_STEERING_LAYOUT_H
#define SLUICE_STEERING_LAYOUT_H

#include <linux/types.h>

/* What became of a frame; the index of its counter in `verdicts`. README.md says what each means. */
enum steering_verdict {
    STEERING_PASSED,
    STEERING_TUNNEL,
    STEERING_ADDRESS,
    STEERING_NEIGHBOR,
    STEERING_VLAN,
    STEERING_NO_SOCKET,
    STEERING_VERDICTS
};

/* Values of `gateway4` and `gateway6`: the longest prefix decides. */
enum steering_owner { STEERING_OF_KERNEL, STEERING_OF_GATEWAY };

/* The keys of a longest-prefix map begin with the length of the prefix in bits. */
struct steering_key4 {
    __u32 length;
    __u8 address[4];
};
struct steering_key6 {
    __u32 length;
    __u8 address[16];
};

/* One end of tunnels of ours. `family` 4 or 6; 0: there is none. An IPv4 address stands in the first four bytes. */
struct steering_endpoint {
    __u8 address[16];
    __u8 family;
    __u8 unused;
    __u16 port; /* network order */
};

enum { STEERING_ENDPOINTS = 2 }; /* VXLAN, GTP-U */

/* The one entry of `settings`. */
struct steering_settings {
    struct steering_endpoint endpoints[STEERING_ENDPOINTS];
    __u8 mac[6]; /* of the port */
    __u8 unused[2];
};

enum { STEERING_MOST_QUEUES = 64, STEERING_MOST_PREFIXES = 131072, STEERING_TAGS = 4096 };

#endif
