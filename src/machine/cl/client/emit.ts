import { type ClPdu, encodeCl } from '../../../pdu/cl/index.ts';
import type { Address } from '../../contract.ts';
import { type ClientSecurity, isSecurable } from '../security.ts';
import type { ClientContext } from './context.ts';

/** The one way out: whatever is sent is encoded here, data in the security of its activity. */
export function emit({ out }: ClientContext, pdu: ClPdu, to: Address, security: ClientSecurity | null = null): void {
  out.transmit(security !== null && isSecurable(pdu) ? security.seal(pdu) : encodeCl(pdu), to);
}
