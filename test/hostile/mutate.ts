/** Makes bad datagrams out of good ones: bits turned, fields overwritten, cut, stretched, spliced, or all random. */
export function mutator(seeds: readonly Uint8Array[], random: () => number): () => Uint8Array {
  const below = (n: number) => Math.floor(random() * n);
  const pick = () => (seeds[below(seeds.length)] as Uint8Array).slice();
  const mutations: readonly ((bytes: Uint8Array) => Uint8Array)[] = [
    (bytes) => {
      for (let i = below(8); i >= 0; i--) {
        const at = below(bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
      }
      return bytes;
    },
    (bytes) => {
      const at = below(bytes.length);
      const value = [0, 0xff, 0x7f, 0x80][below(4)] as number;
      return bytes.fill(value, at, at + (1 << below(5)));
    },
    (bytes) => bytes.subarray(0, below(bytes.length + 1)),
    (bytes) => {
      const longer = new Uint8Array(bytes.length + below(64));
      longer.set(bytes);
      return longer;
    },
    (bytes) => {
      const other = pick();
      const at = below(Math.min(bytes.length, other.length));
      bytes.set(other.subarray(at, Math.min(other.length, bytes.length)), at);
      return bytes;
    },
    (bytes) => {
      bytes[1] = below(32);
      return bytes;
    },
    (bytes) => bytes.map(() => below(256)),
    (bytes) => bytes,
  ];
  return () => {
    let bytes: Uint8Array = pick();
    for (let i = below(3); i >= 0; i--)
      bytes = (mutations[below(mutations.length)] as (b: Uint8Array) => Uint8Array)(bytes);
    return bytes;
  };
}
