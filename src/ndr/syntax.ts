import { type Uuid, uuid } from '../bytes/uuid.ts';

/** Of an interface or a transfer syntax. */
export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** What names an interface or a transfer syntax: a UUID and a version. */
export interface SyntaxId {
  readonly uuid: Uuid;
  readonly version: Version;
}

/** The transfer syntax NDR 2.0 (C706 chapter 14), the only one of connectionless RPC. */
export const NDR: SyntaxId = {
  uuid: uuid('8a885d04-1ceb-11c9-9fe8-08002b104860'),
  version: { major: 2, minor: 0 },
};
