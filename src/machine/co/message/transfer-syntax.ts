import { uuid } from '../../../bytes/uuid.ts';
import type { PresentationSyntax } from '../../../pdu/co/index.ts';

/** NDR 2.0 (C706 chapter 14), the one transfer syntax of ours. */
export const NDR_SYNTAX: PresentationSyntax = {
  uuid: uuid('8a885d04-1ceb-11c9-9fe8-08002b104860'),
  version: { major: 2, minor: 0 },
};
