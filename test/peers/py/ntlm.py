"""Answers each line of JSON on standard input with what impacket's ntlm module computes from it: the NTLMv2 and NTLMv1
responses, the session keys, and signed and sealed messages of both directions."""
import hashlib
import json
import struct
import sys

from Cryptodome.Cipher import ARC4
from impacket import ntlm

ntlm.TEST_CASE = True  # computeResponseNTLMv2 then takes the AV pairs as they are, and time 0


def protect(case, exported, mode):
    flags = case['flags']
    signing = ntlm.SIGNKEY(flags, exported, mode)
    sealing = ntlm.SEALKEY(flags, exported, mode)
    stream = ARC4.new(sealing).encrypt
    answers = []
    for sequence, plain in enumerate(map(bytes.fromhex, case['messages'])):
        handle = stream
        if case['datagram']:
            sequence = case['sequence']
            handle = ARC4.new(hashlib.md5(sealing + struct.pack('<I', sequence)).digest()).encrypt
        number = struct.unpack('<i', struct.pack('<I', sequence))[0]
        sealed, signature = ntlm.SEAL(flags, signing, sealing, plain, plain, number, handle)
        signature['SeqNum'] = sequence
        answers.append([sealed.hex(), signature.getData().hex()])
    return answers


for line in sys.stdin:
    case = json.loads(line)
    flags = case['flags']
    user, password, domain = case['user'], case['password'], case['domain']
    server, client, exported = (bytes.fromhex(case[name]) for name in ('server', 'client', 'exported'))
    nt_hash = ntlm.compute_nthash(password)
    info = bytes.fromhex(case['targetInfo'])
    nt, lm, key = ntlm.computeResponseNTLMv2(flags, server, client, info, domain, user, password, '', nt_hash)
    nt1, lm1, base = ntlm.computeResponseNTLMv1(flags, server, client, b'', domain, user, password, b'\0' * 16, nt_hash)
    key1 = ntlm.KXKEY(flags, base, lm1, server, password, b'', nt_hash, False)
    print(json.dumps({
        'v2': [nt.hex(), lm.hex(), key.hex(), ntlm.generateEncryptedSessionKey(key, exported).hex()],
        'v1': [nt1.hex(), key1.hex()],
        'client': protect(case, exported, 'Client'),
        'server': protect(case, exported, 'Server'),
    }))
