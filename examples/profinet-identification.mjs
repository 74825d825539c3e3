// Reads the identification (I&M0) of a PROFINET IO device: node profinet-identification.mjs ADDRESS VENDOR DEVICE [PORT]
// VENDOR and DEVICE are the ids of its GSD file, such as 0x002a 0x0313. A device answers without a connection: Read Implicit.
import { FaultError, Reader, RpcClient, uuid, Writer } from 'clusrpc/rpc';

const DEVICE_INTERFACE = { uuid: uuid('dea00001-6c97-11d1-8271-00a02442df7d'), version: { major: 1, minor: 0 } };
const READ_IMPLICIT = 5;
const IM0 = 0xaff0;
const MAX_RECORD = 4096;
const NIL = new Uint8Array(16);

const [address, vendor, device, port = '34964'] = process.argv.slice(2);
const ids = [1, device, vendor].map((id) => Number(id).toString(16).padStart(4, '0')).join('');
const object = uuid(`dea00000-6c97-11d1-8271-${ids}`);
const client = await RpcClient.open({ to: { host: address, port: Number(port) } });
try {
  const { stub, littleEndian } = await client.call(DEVICE_INTERFACE, READ_IMPLICIT, readRequest(0, 1, IM0), {
    object,
    semantics: 'idempotent',
    timeout: 5_000,
    name: 'Read Implicit',
  });
  console.log(JSON.stringify(identification(new Reader(stub, littleEndian))));
} catch (error) {
  console.error(error instanceof FaultError ? `the device refuses: ${error.message}` : error.message);
  process.exitCode = 1;
} finally {
  await client.close();
}

/** The arguments: how much may come back, and an array with the block IODReadReqHeader, which is big-endian whatever the PDU is. */
function readRequest(slot, subslot, index) {
  const block = new Writer(false).u16(0x0009).u16(60).u16(0x0100).u16(1).bytes(NIL).u32(0).u16(slot).u16(subslot);
  block.u16(0).u16(index).u32(MAX_RECORD).bytes(NIL).zeros(8);
  const { length } = block;
  return new Writer().u32(64 + MAX_RECORD).u32(length).u32(64 + MAX_RECORD).u32(0).u32(length).bytes(block.finish()).finish();
}

/** PNIOStatus and the array: the block IODReadResHeader, then the record. */
function identification(ndr) {
  const status = ndr.u32();
  if (status !== 0) throw new Error(`the device answers PNIOStatus 0x${status.toString(16).padStart(8, '0')}`);
  ndr.skip(4 * 4);
  const block = new Reader(ndr.rest(), false);
  block.skip(64 + 6); // the header; type, length and version of the record
  const text = (length) => Buffer.from(block.take(length)).toString('latin1').trim();
  return {
    vendorId: block.u16(),
    orderId: text(20),
    serialNumber: text(16),
    hardwareRevision: block.u16(),
    softwareRevision: `${text(1)}${block.u8()}.${block.u8()}.${block.u8()}`,
  };
}
