import type { SyntaxId } from '../ndr/syntax.ts';

/** Who an interface is: the name that documents give it, UUID and version, and its operations by name. */
export interface InterfaceIdentity extends SyntaxId {
  readonly name: string;
  readonly operations: Readonly<Record<string, number>>;
}
