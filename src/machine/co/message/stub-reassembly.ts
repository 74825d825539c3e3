/** The fragments of a request or response so far: a stream keeps them in order. */
export interface StubReassembly {
  readonly parts: Uint8Array[];
  bytes: number;
}

export function openReassembly(): StubReassembly {
  return { parts: [], bytes: 0 };
}

/** False: with this part it would be longer than `limit`. */
export function addPart(reassembly: StubReassembly, part: Uint8Array, limit: number): boolean {
  if (reassembly.bytes + part.length > limit) return false;
  reassembly.parts.push(part);
  reassembly.bytes += part.length;
  return true;
}

export function wholeStub({ parts, bytes }: StubReassembly): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const stub = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    stub.set(part, at);
    at += part.length;
  }
  return stub;
}
