import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { NtlmClientSecurity } from '../auth/datagram/client-security.ts';
import { DEFAULT_DIALECT, dialects, type NtlmDialect, parseDialect } from '../auth/datagram/dialect.ts';
import { type AuthLevel, datagramLevel } from '../auth/datagram/level.ts';
import { NtlmCredential } from '../auth/ntlm/credential.ts';
import { SpnegoClient } from '../auth/spnego/client.ts';
import { NtlmConnectionClient } from '../auth/stream/ntlm-client.ts';
import { STREAM_PROVIDER, type StreamProvider } from '../auth/stream/provider.ts';
import { toUtf16 } from '../bytes/utf16.ts';
import type { ClientSecurity } from '../machine/co/security.ts';
import { type ClusError, isClusError, RejectError, TransportError } from '../status/errors.ts';
import { invalidOption } from '../status/options.ts';
import { ADVICE, NO_DIALECT, OTHER_DIALECT, WRONG } from './logon-advice.ts';
import { isDenied } from './stages.ts';

export type { AuthLevel };

/** UTF-16LE where it comes as bytes, which are zeroed when they have been used. */
export type Password = string | Uint8Array;

/** An account, as NTLM asks for it. */
export interface Credentials {
  /** `name` or `DOMAIN\name`. */
  readonly user: string;
  /** Asked for when it is needed; a buffer is zeroed by whoever made it. */
  readonly password: Password | (() => Password | Promise<Password>);
}

/** How a client logs on. */
export interface LogonOptions {
  readonly credentials: Credentials;
  /** Default by [MS-CMRP] 2.1: integrity over datagrams, where connect is the same as packet, and privacy over connections. */
  readonly authLevel?: AuthLevel | undefined;
  /** Answer as NTLMv1, for servers that know nothing else. */
  readonly ntlmV1?: boolean | undefined;
  /**
   * Of datagrams: rules such as `call,protected`, or `auto`: one after the other until the server understands. The first call
   * of a binding is then made once for each of them, so it has to be one that only reads, as ApiGetClusterName is.
   */
  readonly ntlmDialect?: string | undefined;
  /** Go on after a refused logon, which may lock the account. */
  readonly keepTrying?: boolean | undefined;
}

/** What one server has said to one account. */
interface BindingLogon {
  dialect: NtlmDialect;
  /** There is no dialect to be found out, or no longer. */
  isSettled: boolean;
  readonly contexts: { readonly opened: number; wipe(): void }[];
  /** A call came back, at whichever level. */
  answered: boolean;
  /** AUTHENTICATE_MESSAGEs handed over. */
  answers: number;
  problem: Error | null;
}

/**
 * One account for any number of servers. Logons happen one after the other, and after a refused one there is none any more,
 * so that a wrong password costs the account one failure however many servers are asked. Shows no secret when inspected.
 */
export class Logon {
  readonly user: string;
  /** As asked for; undefined: what the protocol wants. */
  readonly level: AuthLevel | undefined;
  readonly #credential: NtlmCredential;
  readonly #options: LogonOptions;
  /** What is tried, one that a server understood first. */
  #dialects: Dialects;
  readonly #bindings = new Set<BindingLogon>();
  #last: Promise<void> = Promise.resolve();
  #refusal: ClusError | null = null;

  private constructor(options: LogonOptions, credential: NtlmCredential) {
    this.user = options.credentials.user;
    this.level = options.authLevel;
    this.#options = options;
    this.#dialects = dialectsOf(options.ntlmDialect, options.authLevel ?? 'integrity');
    this.#credential = credential;
  }

  /** Asks for the password. Throws LocalMisuseError for a user without a name, and what the question for the password throws. */
  static async prepare(options: LogonOptions): Promise<Logon> {
    const { user, password } = options.credentials;
    const [domain, name] = user.includes('\\') ? (user.split('\\', 2) as [string, string]) : ['', user];
    if (name === '') throw invalidOption('the user has no name');
    const given = typeof password === 'function' ? await password() : password;
    const bytes = typeof given === 'string' ? toUtf16(given) : given;
    const credential = new NtlmCredential({ user: name, domain, password: bytes });
    bytes.fill(0);
    return new Logon(options, credential);
  }

  /** Whether a first call may be many, one for each dialect. */
  get searches(): boolean {
    return this.#dialects.length > 1;
  }

  /** For one binding: makes the security of its activities, and sees each call through its turn. */
  forBinding(now: () => number): BoundLogon {
    const of = this.#newBinding();
    const { level } = this;
    const { ntlmDialect: dialect = DEFAULT_DIALECT } = this.#options;
    const security = (): NtlmClientSecurity => {
      const context = new NtlmClientSecurity({
        ...this.#ntlm(of, now),
        level: level ?? 'integrity',
        dialect: of.dialect,
      });
      of.contexts.push(context);
      return context;
    };
    of.isSettled = dialect !== 'auto';
    return {
      security,
      isSettled: () => of.isSettled && of.contexts.some(({ opened }) => opened > 1),
      call: (timeout, first) => this.#inTurn(of, () => this.#understood(of, now, timeout, first)),
    };
  }

  /** @internal For one connection: its security, and how to see each call through its turn. */
  forConnection(
    now: () => number,
    provider: StreamProvider = 'negotiate',
  ): { readonly security: ClientSecurity; readonly inTurn: InTurn } {
    const of = this.#newBinding();
    const ntlm = new NtlmConnectionClient({ ...this.#ntlm(of, now), level: this.level ?? 'privacy' });
    const context = provider === 'ntlm' ? ntlm : new SpnegoClient(ntlm);
    of.contexts.push(context);
    const security = { type: STREAM_PROVIDER[provider], level: context.level, context };
    return { security, inTurn: (call) => this.#inTurn(of, call) };
  }

  #newBinding(): BindingLogon {
    const [dialect] = this.#dialects;
    const of: BindingLogon = { dialect, isSettled: true, contexts: [], answered: false, answers: 0, problem: null };
    this.#bindings.add(of);
    return of;
  }

  #ntlm(of: BindingLogon, now: () => number) {
    return {
      credential: this.#credential,
      workstation: hostname().split('.')[0]?.toUpperCase().slice(0, 15) ?? '',
      version1: this.#options.ntlmV1 ?? false,
      random: randomBytes,
      now,
      onLogon: (problem: Error | null) => {
        of.answers += problem === null ? 1 : 0;
        of.problem = problem;
      },
    };
  }

  /** Zeroes the hashes; logs on nowhere any more. */
  wipe(): void {
    this.#credential.wipe();
    for (const { contexts } of this.#bindings) for (const context of contexts) context.wipe();
  }

  async #understood<T>(
    of: BindingLogon,
    now: () => number,
    timeout: number | undefined,
    first: FirstCall<T>,
  ): Promise<T> {
    try {
      if (of.isSettled) return await first.call(timeout);
      return await this.#search(of, now, this.#dialects, timeout ?? SEARCH_TIMEOUT, first);
    } catch (error) {
      // Who answered the first call, number 0 by every rule, and no other one may count otherwise.
      if (error instanceof TransportError && of.answers > 0 && of.contexts.every(({ opened }) => opened < 2))
        error.advice ??= this.searches ? NO_DIALECT : OTHER_DIALECT;
      throw error;
    }
  }

  /**
   * Tries one dialect after the other. The next one has its turn only where the server took the AUTHENTICATE_MESSAGE and is
   * silent since: what it cannot read it drops, a logon that it refuses it answers. The first call of an activity has the
   * number 0 by every rule, so that a second one has to show what the server understands.
   */
  async #search<T>(
    of: BindingLogon,
    now: () => number,
    [dialect, ...others]: Dialects,
    timeout: number,
    first: FirstCall<T>,
  ): Promise<T> {
    const { answers } = of;
    const began = now();
    of.dialect = dialect;
    const share = Math.ceil(timeout / (others.length + 1));
    try {
      const result = await first.call(share);
      await first.second(share);
      this.#dialects = [dialect, ...this.#dialects.filter((other) => other !== dialect)];
      of.isSettled = true;
      return result;
    } catch (error) {
      const isTaken = of.answers > answers && of.problem === null && error instanceof TransportError;
      const [next, ...rest] = others;
      if (!isTaken || next === undefined) throw error;
      return this.#search(of, now, [next, ...rest], Math.max(1, timeout - (now() - began)), first);
    }
  }

  async #inTurn<T>(of: BindingLogon, call: () => Promise<T>): Promise<T> {
    if (of.isSettled && isAccepted(of)) return call();
    const before = this.#last;
    let leave = (): void => {};
    this.#last = new Promise((resolve) => {
      leave = resolve;
    });
    try {
      await before;
      if (this.#refusal !== null && this.#options.keepTrying !== true) throw notRepeated(this.user, this.#refusal);
      const result = await call();
      of.answered = true;
      return result;
    } catch (error) {
      const refusal = of.problem ?? error;
      if (isAccepted(of)) throw refusal;
      if (isDenied(refusal)) refusal.advice ??= ADVICE[refusal.code] ?? WRONG;
      if (of.answers > 0 && isClusError(refusal) && !(refusal instanceof TransportError)) this.#refusal = refusal;
      throw refusal;
    } finally {
      leave();
    }
  }
}

export interface BoundLogon {
  readonly security: () => NtlmClientSecurity;
  /** Whether the server has understood more than one call, so that nothing is left to be seen to. */
  readonly isSettled: () => boolean;
  /** As InTurn; where the dialect is to be found out, the first call shares its time with one for each of them. */
  readonly call: <T>(timeout: number | undefined, first: FirstCall<T>) => Promise<T>;
}

/** A call that takes so many ms; undefined: as long as the server likes. */
type TimedCall<T> = (timeout: number | undefined) => Promise<T>;

/** A call of a binding, and one that may follow it, which does nothing and whose request has 4 bytes of stub. */
interface FirstCall<T> {
  readonly call: TimedCall<T>;
  readonly second: TimedCall<void>;
}

type Dialects = readonly [NtlmDialect, ...NtlmDialect[]];

/** The value of LogonOptions.ntlmDialect. Throws LocalMisuseError for what is none. */
export function dialectOf(text: string): string {
  if (text !== 'auto') parseDialect(text);
  return text;
}

function dialectsOf(text: string | undefined, level: AuthLevel): Dialects {
  if (text !== 'auto') return [text === undefined ? DEFAULT_DIALECT : parseDialect(text)];
  const [first = DEFAULT_DIALECT, ...others] = dialects(datagramLevel(level));
  return [first, ...others];
}

/** Runs a call when no other logon is under way. Throws the refusal of an earlier one, and what the call throws. */
export type InTurn = <T>(call: () => Promise<T>) => Promise<T>;

function notRepeated(user: string, refusal: ClusError): RejectError {
  const { code, errno, advice = WRONG } = refusal;
  const status = refusal instanceof RejectError ? refusal.status : (errno ?? 0);
  return new RejectError(`${user} was refused by another server and is not tried again: ${refusal.message}`, status, {
    code,
    ...(errno !== undefined && { errno }),
    advice: `${advice} \`keepTrying: true\` goes on all the same.`,
  });
}

/** ms for all dialects, where the caller says nothing. */
const SEARCH_TIMEOUT = 15_000;

/** The server has sent something under a key that only the AUTHENTICATE_MESSAGE told it. */
function isAccepted({ answered, contexts }: BindingLogon): boolean {
  return answered || contexts.some(({ opened }) => opened > 0);
}
