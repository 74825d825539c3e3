"""Opens and closes a cluster with impacket: HOST LEVEL USER PASSWORD. Prints what came, a line each."""
import sys

from impacket.dcerpc.v5 import epm, transport
from impacket.dcerpc.v5.dtypes import DWORD, NULL
from impacket.dcerpc.v5.ndr import NDRCALL, NDRSTRUCT
from impacket.uuid import uuidtup_to_bin

CLUSAPI = uuidtup_to_bin(("b97db8b2-4c63-11cf-bff6-08002be23f2f", "3.0"))


class HCLUSTER(NDRSTRUCT):
    align = 4
    structure = (("Data", '20s=b"\\0"*20'),)


class ApiOpenCluster(NDRCALL):
    opnum = 0
    structure = ()


class ApiOpenClusterResponse(NDRCALL):
    structure = (("Status", DWORD), ("Cluster", HCLUSTER))


class ApiCloseCluster(NDRCALL):
    opnum = 1
    structure = (("Cluster", HCLUSTER),)


class ApiCloseClusterResponse(NDRCALL):
    structure = (("Cluster", HCLUSTER), ("ErrorCode", DWORD))


host, level, user, password = sys.argv[1:5]
binding = epm.hept_map(host, CLUSAPI, protocol="ncacn_ip_tcp")
rpc = transport.DCERPCTransportFactory(binding)
rpc.set_credentials(user, password, "LAB")
dce = rpc.get_dce_rpc()
dce.set_auth_level(int(level))
dce.connect()
dce.bind(CLUSAPI)
opened = dce.request(ApiOpenCluster(), checkError=False)
print("opened", opened["Status"], any(opened["Cluster"]))
close = ApiCloseCluster()
close["Cluster"] = opened["Cluster"]
closed = dce.request(close, checkError=False)
print("closed", closed["ErrorCode"], any(closed["Cluster"]))
dce.disconnect()
