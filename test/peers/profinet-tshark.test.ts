import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PcapngWriter } from '../../src/capture/writers.ts';
import { runModule } from '../as-a-user.ts';
import { ProfinetDevice } from '../examples/profinet-device.ts';
import { tsharkFields } from './wireshark.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/profinet-identification.mjs');

test('tshark reads the identification that the example asks a PROFINET device for', async () => {
  const device = await ProfinetDevice.start();
  const args = ['127.0.0.1', '0x2a', '0x313', `${device.port}`];
  expect(await runModule(readFileSync(EXAMPLE, 'utf8'), args)).toMatchObject({ code: 0 });
  await device.close();
  const writer = new PcapngWriter();
  const packets = device.datagrams.map((datagram, i) => writer.packet({ ...datagram, timestampMs: i }));
  const capture = Buffer.concat([writer.header(), ...packets]);
  const decoded = (fields: readonly string[], type: number) =>
    tsharkFields(capture, fields, `dcerpc.pkt_type == ${type}`);
  const object = 'dea00000-6c97-11d1-8271-00010313002a';
  expect(decoded(['dcerpc.obj_id', 'dcerpc.opnum', 'pn_io.index'], 0)).toEqual([[object, '5', '0xaff0']]);
  expect(decoded(['pn_io.order_id', 'pn_io.im_serial_number', '_ws.malformed'], 2)).toEqual([
    ['6ES7 151-3BA23-0AB0 ', 'S C-W5S38501    ', ''],
  ]);
});
