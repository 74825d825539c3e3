import { RemoteProtocolError } from '../../status/errors.ts';
import type { AuthLevel } from '../datagram/level.ts';
import type { NtlmIdentity } from '../ntlm/server-context.ts';
import type { StreamSession } from '../ntlm/stream-session.ts';
import type { NtlmConnectionServer } from '../stream/ntlm-server.ts';
import { type SecurityStep, SessionSecurity } from '../stream/session-security.ts';
import {
  decodeNegToken,
  encodeNegTokenResp,
  NEG_STATE,
  type NegTokenInit,
  type NegTokenResp,
  NTLMSSP_OID,
  sameBytes,
} from './neg-token.ts';

/** The server's end of SPNEGO (RFC 4178, [MS-SPNG]) with NTLM as its only mechanism. */
export class SpnegoServer extends SessionSecurity {
  readonly level: AuthLevel;
  readonly #ntlm: NtlmConnectionServer;
  #mechList: Uint8Array | null = null;
  /** NTLM was not what the client preferred: its list has to be signed. */
  #second = false;

  constructor(ntlm: NtlmConnectionServer) {
    super();
    this.level = ntlm.level;
    this.#ntlm = ntlm;
  }

  get session(): StreamSession | null {
    return this.#ntlm.session;
  }

  get identity(): NtlmIdentity | null {
    return this.#ntlm.identity;
  }

  get user(): string | null {
    return this.#ntlm.user;
  }

  /** Throws RemoteProtocolError for a malformed token, mechanisms without NTLM, a list that was changed, and a refused logon. */
  step(token: Uint8Array | null): SecurityStep {
    const message = decodeNegToken(token ?? new Uint8Array(0));
    return message.kind === 'init' ? this.#choose(message) : this.#goOn(message);
  }

  #choose({ mechTypes, mechList, mechToken }: NegTokenInit): SecurityStep {
    const place = mechTypes.findIndex((oid) => sameBytes(oid, NTLMSSP_OID));
    if (place < 0 || this.#mechList !== null) throw new RemoteProtocolError('a client that offers no NTLM, or twice');
    this.#mechList = mechList.slice();
    this.#second = place > 0;
    // A token that came along is for the preferred mechanism.
    const responseToken = this.#second || mechToken === null ? null : this.#ntlm.step(mechToken).token;
    const state = this.#second ? NEG_STATE.requestMic : NEG_STATE.acceptIncomplete;
    return { token: encodeNegTokenResp({ state, supportedMech: NTLMSSP_OID, responseToken }), done: false };
  }

  #goOn({ responseToken, mechListMic }: NegTokenResp): SecurityStep {
    if (this.#mechList === null || responseToken === null) throw new RemoteProtocolError('an SPNEGO token out of turn');
    const step = this.#ntlm.step(responseToken);
    if (!step.done)
      return {
        token: encodeNegTokenResp({ state: NEG_STATE.acceptIncomplete, responseToken: step.token }),
        done: false,
      };
    const answer = this.#signList(this.#mechList, mechListMic);
    return { token: encodeNegTokenResp({ state: NEG_STATE.acceptCompleted, mechListMic: answer }), done: true };
  }

  #signList(mechList: Uint8Array, theirs: Uint8Array | null): Uint8Array | null {
    const { session } = this;
    if (session?.signs !== true || (theirs === null && !this.#second)) return null;
    if (theirs === null || !session.verify(mechList, theirs))
      throw new RemoteProtocolError('the list of mechanisms is not what the client sent');
    const ours = session.sign(mechList);
    session.restart();
    return ours;
  }
}
