import type { RpcCall, RpcOperation } from '../server/rpc-server.ts';
import { FaultError, isClusError, RejectError, RemoteProtocolError } from '../status/errors.ts';
import { win32Code } from '../status/win32.ts';
import type { Clock } from '../transport/clock.ts';
import type { CallLog, CallResult } from './call-log.ts';
import type { Faults, Passage } from './faults.ts';

/** Results of an operation, encoded, with the status that stands in them. */
export interface Answer {
  readonly status: number;
  readonly stub: Uint8Array;
}

/** An operation of an emulated host. */
export interface EmulatedOperation {
  readonly name: string;
  /** Throws RemoteProtocolError for arguments that cannot be decoded, FaultError, or RejectError. */
  readonly run: (call: RpcCall) => Answer | Promise<Answer>;
  /** The results that go with a status other than success. */
  readonly refuse: (status: number, call: RpcCall) => Uint8Array;
}

export interface OperationContext {
  readonly clock: Clock;
  readonly log: CallLog;
  readonly faults: Faults;
  readonly place: Passage['place'];
  /** Asked first; a number is the fault that every call ends with. */
  readonly refuseAll?: (call: RpcCall) => number | null;
}

/** The operation with what may go wrong in front of it and the log behind it. */
export function operationOf(
  { name, run, refuse }: EmulatedOperation,
  { clock, log, faults, place, refuseAll }: OperationContext,
): RpcOperation {
  return (call) => {
    const logAs = (result: CallResult) => log.add({ time: clock.now(), operation: name, from: call.from, result });
    const answered = ({ status, stub }: Answer) => {
      logAs({ kind: 'response', status });
      return stub;
    };
    const failed = (error: unknown): never => {
      if (isClusError(error)) logAs(failureOf(error));
      throw error;
    };
    try {
      const refused = refuseAll?.(call) ?? null;
      if (refused !== null) throw new FaultError(`${name} is refused`, refused);
      const fault = faults.onCall(name, place, call.from);
      if (fault?.kind === 'reject') throw new RejectError(`${name} is made to be rejected`, fault.status);
      if (fault?.kind === 'fault') throw new FaultError(`${name} is made to fault`, fault.status);
      const answer = fault === null ? run(call) : { status: fault.status, stub: refuse(fault.status, call) };
      return answer instanceof Promise ? answer.then(answered, failed) : answered(answer);
    } catch (error) {
      return failed(error);
    }
  };
}

function failureOf(error: Error): CallResult {
  if (error instanceof RejectError) return { kind: 'reject', status: error.status };
  if (error instanceof FaultError) return { kind: 'fault', status: error.status };
  const broken = error instanceof RemoteProtocolError;
  return { kind: 'fault', status: win32Code(broken ? 'RPC_X_BAD_STUB_DATA' : 'RPC_S_CALL_FAILED') };
}
