import { Bench } from 'tinybench';
import { decodeCl, encodeCl } from '../../src/pdu/cl/index.ts';
import { vector } from '../../test/vectors/index.ts';

export interface CodecFigures {
  readonly bytes: number;
  readonly decodesPerSecond: number;
  readonly encodesPerSecond: number;
}

/** Decodes and encodes a second of one 100-byte request. Batches of 1 000, so that the clock is not what is measured. */
export async function codec(): Promise<CodecFigures> {
  const { datagram } = vector('conv_who_are_you2 request without');
  const pdu = decodeCl(datagram);
  const batch = 1_000;
  let sink = 0;
  const bench = new Bench({ time: 1_000, warmupTime: 300 });
  bench.add('decode', () => {
    for (let i = 0; i < batch; i++) sink += decodeCl(datagram).header.sequence;
  });
  bench.add('encode', () => {
    for (let i = 0; i < batch; i++) sink += encodeCl(pdu).length;
  });
  await bench.run();
  if (sink < 0) throw new Error('the work was not done');
  const perSecond = (name: string): number => {
    const result = bench.getTask(name)?.result;
    if (result === undefined || !('latency' in result)) throw new Error(`${name} was not measured`);
    return (batch * 1_000) / result.latency.p50;
  };
  return { bytes: datagram.length, decodesPerSecond: perSecond('decode'), encodesPerSecond: perSecond('encode') };
}
