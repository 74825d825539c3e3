"""Asks endpoint mappers for all they have, one after the other, as rpcdump.py does: PORT HOST... Prints how many answered."""
import sys

from impacket.dcerpc.v5 import epm, transport

answered = 0
for host in sys.argv[2:]:
    try:
        rpc = transport.DCERPCTransportFactory(f"ncacn_ip_tcp:{host}[{sys.argv[1]}]")
        dce = rpc.get_dce_rpc()
        dce.connect()
        answered += len(epm.hept_lookup(None, dce=dce)) > 0
        dce.disconnect()
    except Exception as error:
        print(host, error, file=sys.stderr)
print(answered)
