import {
  type Address,
  Reader,
  type RpcCall,
  type RpcOperation,
  RpcServer,
  uuid,
  uuidText,
  Writer,
} from '../../src/rpc.ts';

const DEVICE_INTERFACE = { uuid: uuid('dea00001-6c97-11d1-8271-00a02442df7d'), version: { major: 1, minor: 0 } };
const READ_IMPLICIT = 5;
const IM0 = 0xaff0;
/** ErrorCode IODReadRes, PNIORW, invalid index. */
const INVALID_INDEX = 0xde80b000;

/** A PROFINET IO device that tells who it is (I&M0), and refuses to read anything else. */
export class ProfinetDevice {
  readonly datagrams: { readonly payload: Uint8Array; readonly from: Address; readonly to: Address }[] = [];
  readonly objects: string[] = [];
  readonly #server: RpcServer;

  private constructor(server: RpcServer) {
    this.#server = server;
  }

  static async start(): Promise<ProfinetDevice> {
    const server = await RpcServer.open({
      gate: (payload, to, pass) => {
        device.datagrams.push({ payload: payload.slice(), from: server.local, to });
        pass();
      },
      intercept: (payload, from) => {
        device.datagrams.push({ payload: payload.slice(), from, to: server.local });
        return false;
      },
    });
    const device = new ProfinetDevice(server);
    const operations: RpcOperation[] = [];
    operations[READ_IMPLICIT] = (call: RpcCall) => {
      device.objects.push(uuidText(call.object));
      return readImplicit(call);
    };
    server.serve({ ...DEVICE_INTERFACE, operations });
    return device;
  }

  get port(): number {
    return this.#server.local.port;
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

/** Arguments and results are one array of bytes each; the blocks in it are big-endian. */
function readImplicit({ stub, littleEndian }: RpcCall): Uint8Array {
  const ndr = new Reader(stub, littleEndian);
  ndr.skip(5 * 4);
  const request = new Reader(ndr.take(64), false);
  request.skip(34);
  const index = request.u16();
  const record = index === IM0 ? identification() : new Uint8Array(0);
  const header = new Writer(false).u16(0x8009).u16(60).u16(0x0100).u16(1).zeros(16).u32(0).u16(0).u16(1).u16(0);
  const block = header.u16(index).u32(record.length).zeros(24).bytes(record).finish();
  const status = index === IM0 ? 0 : INVALID_INDEX;
  return new Writer().u32(status).u32(block.length).u32(block.length).u32(0).u32(block.length).bytes(block).finish();
}

function identification(): Uint8Array {
  const text = (value: string, length: number): Uint8Array => Buffer.from(value.padEnd(length), 'latin1');
  const record = new Writer(false).u16(0x0020).u16(56).u16(0x0100).u16(0x002a).bytes(text('6ES7 151-3BA23-0AB0', 20));
  record.bytes(text('S C-W5S38501', 16)).u16(5).bytes(text('V', 1)).u8(7).u8(0).u8(2).u16(0).u16(0xf600).u16(3);
  return record.u16(0x0101).u16(0x001e).finish();
}
