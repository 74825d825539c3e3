"""Opens and closes a cluster with PDUs that scapy builds big-endian: HOST PORT. Prints what came, a line each."""
import socket
import sys
from uuid import UUID

from scapy.layers.dcerpc import (
    DceRpc5,
    DceRpc5AbstractSyntax,
    DceRpc5Bind,
    DceRpc5Context,
    DceRpc5Request,
    DceRpc5TransferSyntax,
)

# First and last fragment.
WHOLE = 3


def pdu(ptype, call_id, body, stub=b""):
    head = DceRpc5(endian="big", ptype=ptype, call_id=call_id, pfc_flags=WHOLE)
    octets = bytes(head / body) + stub
    return octets[:8] + len(octets).to_bytes(2, "big") + octets[10:]


def exchange(connection, octets):
    connection.sendall(octets)
    head = connection.recv(16, socket.MSG_WAITALL)
    order = "little" if head[4] & 0x10 else "big"
    rest = connection.recv(int.from_bytes(head[8:10], order) - 16, socket.MSG_WAITALL)
    answer = DceRpc5(head + rest)
    return answer, order, rest


# A version is one number of 32 bits, major low (C706 12.6.3.1); scapy has two of 16 bits, whatever the byte order.
context = DceRpc5Context(
    context_id=0,
    abstract_syntax=DceRpc5AbstractSyntax(
        if_uuid=UUID("b97db8b2-4c63-11cf-bff6-08002be23f2f"), if_version=0, if_version_minor=3
    ),
    transfer_syntaxes=[DceRpc5TransferSyntax(if_uuid="NDR 2.0", if_version=0, reserved=2)],
)
with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=10) as connection:
    answer, order, _ = exchange(connection, pdu("bind", 1, DceRpc5Bind(context_elem=[context])))
    print(answer.sprintf("%DceRpc5.ptype%"), [result.sprintf("%result%") for result in answer.results])
    answer, order, rest = exchange(connection, pdu("request", 2, DceRpc5Request(cont_id=0, opnum=0)))
    status = int.from_bytes(rest[8:12], order)
    handle = rest[12:32]
    print(answer.sprintf("%DceRpc5.ptype% %call_id%"), status, any(handle))
    # A context handle is a number of 32 bits and a UUID: both stand in the sender's byte order.
    fields = UUID(bytes_le=handle[4:]) if order == "little" else UUID(bytes=handle[4:])
    sent = int.from_bytes(handle[:4], order).to_bytes(4, "big") + fields.bytes
    answer, order, rest = exchange(connection, pdu("request", 3, DceRpc5Request(cont_id=0, opnum=1), sent))
    print(answer.sprintf("%DceRpc5.ptype% %call_id%"), int.from_bytes(rest[28:32], order), any(rest[8:28]))
