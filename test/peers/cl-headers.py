"""Reads datagrams in hexadecimal, one a line; answers with what scapy makes of the header, and the header encoded again."""

import contextlib
import io
import json
import sys

from scapy.layers.dcerpc import DceRpc4

NUMBERS = ("ptype", "seqnum", "opnum", "len", "fragnum", "server_boot")

for line in sys.stdin:
    # The header alone: scapy has something to print about interfaces that it does not know.
    with contextlib.redirect_stdout(io.StringIO()):
        pdu = DceRpc4(bytes.fromhex(line.strip())[:80])
        again = pdu.copy()
        again.clear_cache()
        encoded = bytes(again)
    fields = {name: int(getattr(pdu, name)) for name in NUMBERS}
    fields["act_id"] = str(pdu.act_id)
    fields["serial"] = pdu.serial_hi << 8 | pdu.serial_lo
    fields["again"] = encoded.hex()
    print(json.dumps(fields))
