"""The cloud side: a fabric (a Linux bridge) and hosts with the kernel's VXLAN device in front of a virtual machine's
namespace. The machine runs nginx with HTTPS (the order's answer, files) and, when asked, a UDP peer that reverses."""
from .gateways import BACKEND_MAC, BACKENDS, VNI
from .namespace import connect
from .shell import run, wait_until

GATEWAY_MAC = "02:00:5e:00:00:01"  # what the gateway says for 10.1.0.1 inside the tunnel

NGINX = """\
daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log {directory}/error.log;
events {{ worker_connections 256; }}
http {{
    # The order's own number ties this line to what tcpdump saw on the way.
    log_format order '$http_x_order_number $request_method $uri $status from=$remote_addr:$remote_port to=$server_addr:$server_port';
    access_log {directory}/access.log order;
    client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
    server {{
        listen 8443 ssl; listen [::]:8443 ssl;
        ssl_certificate {certificates}/shop.pem; ssl_certificate_key {certificates}/shop.key;
        location = /purchaseOrder {{
            default_type application/json;
            return 200 '{{"order": "$http_x_order_number", "status": "accepted", "backend": "{name}", "customer": "$remote_addr:$remote_port"}}\\n';
        }}
        location /files/ {{ alias {files}/; }}
    }}
}}
"""


class Fabric:
    """A bridge; hosts and the gateways' fabric ports are plugged into it."""

    def __init__(self, rig, mtu=9000):
        self.rig = rig
        self.mtu = mtu
        self.space = rig.namespace("fabric")
        self.space.ip(f"link add br0 mtu {mtu} type bridge forward_delay 0")
        self.space.ip("link set br0 up")
        certificates(rig.directory)


class Host:
    """A host with one virtual machine. `replies_to` is the VTEP its answers take: any gateway will do."""

    def __init__(self, fabric, number, address, vni=VNI, mtu=1450, replies_to="10.20.0.2"):
        rig = fabric.rig
        self.name = f"vm{number}"
        self.address = address
        self.vtep = BACKENDS[address]
        self.directory = rig.directory / self.name
        self.rig = rig
        self.host = rig.namespace(f"host{number}")
        self.machine = rig.namespace(self.name)
        connect(self.host, "fabric0", fabric.space, f"host{number}", fabric.mtu)
        fabric.space.link(f"host{number}", master="br0")
        self.host.link("fabric0", [f"{self.vtep}/24"])
        self._tunnel(vni, replies_to)
        connect(self.host, "vm0", self.machine, "eth0", mtu)
        self.host.link("vm0", master="br0")
        self.machine.ip(f"link set eth0 address {BACKEND_MAC[address]}")
        self.machine.link("eth0", [f"{address}/24"])
        self.machine.ip("route add default via 10.1.0.1")

    def _tunnel(self, vni, replies_to):
        device = self.device = f"vx{vni}"
        self.host.ip(f"link add {device} type vxlan id {vni} local {self.vtep} dstport 4789 nolearning")
        self.host.ip(f"link add br0 type bridge forward_delay 0")
        self.host.link("br0")
        self.host.link(device, master="br0", mtu=1500)
        # Broadcasts (who is 10.1.0.1?) and frames to the gateway go to the gateway node of our choice.
        for mac, command in (("00:00:00:00:00:00", "append"), (GATEWAY_MAC, "replace")):
            run("bridge", "-n", self.host.name, "fdb", command, mac, "dev", device, "dst", replies_to, "self")

    def answer_through(self, vtep):
        """From now on frames to the gateway's MAC take this node; broadcasts still ask the first one."""
        run("bridge", "-n", self.host.name, "fdb", "replace", GATEWAY_MAC, "dev", self.device, "dst", vtep, "self")

    def start_nginx(self):
        self.directory.mkdir()
        files = self.rig.directory / "files"
        files.mkdir(exist_ok=True)
        text = NGINX.format(name=self.name, directory=self.directory, certificates=self.rig.directory, files=files)
        (self.directory / "nginx.conf").write_text(text)
        self.nginx = self.machine.start(f"nginx-{self.name}", "nginx", "-p", self.directory, "-c", self.directory / "nginx.conf",
                           "-e", self.directory / "error.log")
        wait_until(f"{self.name}: nginx listens", lambda: ":8443" in self.machine.run("ss", "-ltn"))

    def start_reverser(self, port=7007):
        self.machine.start_peer(f"reverser-{self.name}", "reverser.py", port)

    def orders(self):
        """The access log, one line per order."""
        log = self.directory / "access.log"
        return log.read_text().splitlines() if log.exists() else []


def certificates(directory):
    """A CA of our own and the shop's certificate, made on the fly; the phone trusts exactly this CA."""
    ca_key, ca, key, request, certificate = (directory / name for name in ("ca.key", "ca.pem", "shop.key", "shop.csr", "shop.pem"))
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    run("openssl", "req", "-x509", *curve, "-keyout", ca_key, "-out", ca, "-days", "2", "-subj", "/CN=Sluice demo CA")
    run("openssl", "req", *curve, "-keyout", key, "-out", request, "-subj", "/CN=order.example",
        "-addext", "subjectAltName=DNS:order.example")
    run("openssl", "x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-out", certificate,
        "-days", "2", "-copy_extensions", "copy")
