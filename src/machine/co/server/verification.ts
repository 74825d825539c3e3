import { sameUuid } from '../../../bytes/uuid.ts';
import type { CoRequest, PresentationSyntax } from '../../../pdu/co/index.ts';
import type { VerificationTrailer } from '../../../pdu/co/verification-trailer.ts';
import { NDR_SYNTAX } from '../message/transfer-syntax.ts';

/** Whether the signed copy of the header and context says what the unsigned ones said ([MS-RPCE] 3.3.1.5.2.2). */
export function checkTrailer(
  { context, header }: VerificationTrailer,
  request: CoRequest,
  served: PresentationSyntax,
): boolean {
  const { contextId, opnum } = request;
  const { drep, callId } = request.header;
  const sameHeader =
    header === null ||
    (header.type === 0 &&
      header.drep === drep &&
      header.callId === callId &&
      header.contextId === contextId &&
      header.opnum === opnum);
  const sameContext =
    context === null || (sameSyntax(context.interface, served) && sameSyntax(context.transferSyntax, NDR_SYNTAX));
  return sameHeader && sameContext;
}

/** A server of a higher minor version may serve the call. */
function sameSyntax(a: PresentationSyntax, b: PresentationSyntax): boolean {
  return sameUuid(a.uuid, b.uuid) && a.version.major === b.version.major;
}
