import { RemoteProtocolError } from '../../status/errors.ts';
import type { StreamSession } from '../ntlm/stream-session.ts';
import type { NtlmConnectionClient } from '../stream/ntlm-client.ts';
import { type SecurityStep, SessionSecurity } from '../stream/session-security.ts';
import {
  decodeNegToken,
  encodeMechList,
  encodeNegTokenInit,
  encodeNegTokenResp,
  NEG_STATE,
  NTLMSSP_OID,
} from './neg-token.ts';

const MECH_LIST = encodeMechList([NTLMSSP_OID]);

/**
 * The client's end of SPNEGO (RFC 4178, [MS-SPNG]) with NTLM as its only mechanism. Where NTLM signs, both ends sign the list of
 * mechanisms: nobody on the way can have shortened it.
 */
export class SpnegoClient extends SessionSecurity {
  readonly level: number;
  readonly #ntlm: NtlmConnectionClient;
  #state: 'new' | 'offered' | 'answered' | 'done' = 'new';

  constructor(ntlm: NtlmConnectionClient) {
    super();
    this.level = ntlm.level;
    this.#ntlm = ntlm;
  }

  get session(): StreamSession | null {
    return this.#ntlm.session;
  }

  /** Throws RemoteProtocolError for a token that is malformed or out of turn, and for a list of mechanisms that was changed. */
  step(token: Uint8Array | null): SecurityStep {
    if (token === null) return this.#offer();
    const response = decodeNegToken(token);
    if (response.kind === 'init') throw new RemoteProtocolError('a server that begins to negotiate');
    if (response.state === NEG_STATE.reject) throw new RemoteProtocolError('the server refuses NTLM');
    if (this.#state === 'offered') return this.#answer(response.responseToken);
    if (this.#state !== 'answered' || response.state !== NEG_STATE.acceptCompleted)
      throw new RemoteProtocolError('an SPNEGO token out of turn');
    this.#finish(response.mechListMic);
    return { token: null, done: true };
  }

  wipe(): void {
    this.#ntlm.wipe();
  }

  #offer(): SecurityStep {
    this.#state = 'offered';
    const { token } = this.#ntlm.step(null);
    return { token: encodeNegTokenInit(MECH_LIST, token ?? new Uint8Array(0)), done: false };
  }

  #answer(challenge: Uint8Array | null): SecurityStep {
    if (challenge === null) throw new RemoteProtocolError('the server answers NTLM with nothing');
    this.#state = 'answered';
    const { token: responseToken } = this.#ntlm.step(challenge);
    const mechListMic = this.session?.signs === true ? this.session.sign(MECH_LIST) : null;
    return { token: encodeNegTokenResp({ responseToken, mechListMic }), done: false };
  }

  #finish(mechListMic: Uint8Array | null): void {
    const { session } = this;
    if (session?.signs === true) {
      if (mechListMic === null || !session.verify(MECH_LIST, mechListMic))
        throw new RemoteProtocolError('the list of mechanisms is not what the server got');
      session.restart();
    }
    this.#state = 'done';
  }
}
