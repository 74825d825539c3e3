import { CLUSTER_CHANGE, sameName } from '../interface/clusapi/index.ts';
import { isClusError } from '../status/errors.ts';
import { untilAborted } from '../status/until-aborted.ts';
import { type Win32Symbol, win32Code } from '../status/win32.ts';
import type { SessionLimits } from './cluster-queries.ts';
import { type ClusterSession, withQueries } from './cluster-session.ts';
import type { ClusterNotifications } from './notifications.ts';

/** The values of Reconnect. */
export const RECONNECT = ['none', 'windows-nt4', 'windows-2000', 'windows-2003', 'windows-2008'] as const;

/** Whose list of errors decides; `none`: a failed call fails. */
export type Reconnect = (typeof RECONNECT)[number];

const EVERYWHERE = [
  'RPC_S_UNKNOWN_IF',
  'RPC_S_SERVER_UNAVAILABLE',
  'RPC_S_SERVER_TOO_BUSY',
  'RPC_S_CALL_FAILED',
] as const;
const SINCE_2000 = [
  ...EVERYWHERE,
  'RPC_S_INVALID_BINDING',
  'RPC_S_CALL_FAILED_DNE',
  'RPC_S_UNKNOWN_AUTHN_SERVICE',
  'EPT_S_NOT_REGISTERED',
  'RPC_X_SS_IN_NULL_CONTEXT',
  'ERROR_CLUSTER_NODE_NOT_READY',
  'ERROR_CLUSTER_NODE_SHUTTING_DOWN',
] as const;
const XP = [...SINCE_2000, 'ERROR_INVALID_HANDLE'] as const;

/** The errors of a call after which clusapi.dll goes to another server, by the client's system ([MS-CMRP] 3.2.4.6, note 227). */
const TRIGGERS = {
  'windows-nt4': [...EVERYWHERE, 'ERROR_INVALID_HANDLE', 'ERROR_CLUSTER_NODE_SHUTTING_DOWN'],
  'windows-2000': [...XP, 'ERROR_SHUTDOWN_IN_PROGRESS', 'ERROR_SERVER_SHUTDOWN_IN_PROGRESS'],
  'windows-2003': XP,
  'windows-2008': [...SINCE_2000, 'RPC_S_SEC_PKG_ERROR', 'ERROR_CLUSTER_NODE_DOWN'],
} as const satisfies Record<Exclude<Reconnect, 'none'>, readonly Win32Symbol[]>;

export interface ReconnectOptions {
  readonly as: Exclude<Reconnect, 'none'>;
  /** What the cluster was opened by; it comes last, since it may be an address that the cluster does not know of itself. */
  readonly dialled: string;
  /** Opens the cluster through that name, from a port of its own. */
  readonly open: (candidate: string, limits: SessionLimits) => Promise<ClusterSession>;
}

/**
 * The session, whose questions go to another server when one fails as on the list of that system: the cluster's name and its nodes in
 * turn, the one that failed last ([MS-CMRP] 3.2.4.6). Each attempt opens anew, from another port; when none succeeds the question ends
 * with its own error. All questions only read, so that one may be asked again as a whole.
 */
export function reconnecting(first: ClusterSession, { as, dialled, open }: ReconnectOptions): ClusterSession {
  const triggers: ReadonlySet<number> = new Set(TRIGGERS[as].map(win32Code));
  // Silence has no number of ours, and is what 1722 and 1726 stand for.
  const isLost = (error: unknown) =>
    isClusError(error) && (triggers.has(error.errno ?? 0) || error.code === 'ERR_CLUSRPC_TIMEOUT');
  const candidates = distinct([first.name, ...(first.nodeNames ?? []), dialled]);
  const ended = new AbortController();
  let current = { session: first, server: first.node };
  /** Why the current one is closed; undefined: it is not. */
  let failure: unknown;
  let underWay: Promise<boolean> | null = null;

  const replace = async (stageTimeout: number | undefined): Promise<boolean> => {
    // Its binding goes first; a server that still listens hears that its handle is not needed any more.
    await current.session.close({ timeout: 0 });
    for (const server of inTurn(candidates, current.server)) {
      if (ended.signal.aborted) return false;
      const session = await open(server, { stageTimeout, signal: ended.signal }).catch(() => null);
      if (session === null) continue;
      current = { session, server };
      failure = undefined;
      return true;
    }
    return false;
  };
  const replaceOnce = (stageTimeout: number | undefined): Promise<boolean> => {
    underWay ??= replace(stageTimeout).finally(() => {
      underWay = null;
    });
    return underWay;
  };

  const asked = async <Answer>(
    ask: (of: ClusterSession) => Promise<Answer>,
    limits: SessionLimits,
  ): Promise<Answer> => {
    const { signal, stageTimeout } = limits;
    let own: unknown;
    for (let servers = 0; ; servers++) {
      const { session } = current;
      // Of a closed handle its session says so.
      if (failure === undefined || (servers === 0 && ended.signal.aborted)) {
        try {
          const answer = await ask(session);
          const unread = unreadIn(answer).find(isLost);
          if (unread === undefined) return answer;
          own ??= unread;
        } catch (error) {
          if (!isLost(error) || signal?.aborted === true) throw error;
          own ??= error;
        }
        if (session === current.session) failure = own;
      }
      const lost = own ?? failure;
      if (servers === candidates.length || ended.signal.aborted) throw lost;
      if (session === current.session && !(await untilAborted(replaceOnce(stageTimeout), signal))) throw lost;
    }
  };
  return {
    ...withQueries(first, async (ask, limits) => {
      const answer = await asked(ask, limits);
      if (!isNotifications(answer)) return answer;
      return lasting(answer, () => asked(ask, limits) as Promise<typeof answer>, isLost, first.name);
    }),
    async close(options) {
      ended.abort(new Error('the cluster is being closed'));
      await underWay;
      return current.session.close(options);
    },
  };
}

/** What happens is told on from another server, as clusapi.dll does, which tells that as a change of its own. */
function lasting<Notifications extends ClusterNotifications>(
  first: Notifications,
  again: () => Promise<ClusterNotifications>,
  isLost: (error: unknown) => boolean,
  cluster: string,
): Notifications {
  let from: ClusterNotifications = first;
  const notifications: Notifications = {
    ...first,
    async next() {
      try {
        return await from.next();
      } catch (error) {
        if (!isLost(error)) throw error;
        from = await again();
        const change = 'cluster-reconnect';
        return { done: false, value: { change, filter: CLUSTER_CHANGE[change], name: cluster } };
      }
    },
    return: () => from.return(),
    [Symbol.asyncIterator]: () => notifications,
  };
  return notifications;
}

function isNotifications(answer: unknown): answer is ClusterNotifications {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}

/** The whole list, beginning behind the one that failed. */
function inTurn(candidates: readonly string[], failed: string): readonly string[] {
  const at = candidates.findIndex((each) => sameName(each, failed));
  return [...candidates.slice(at + 1), ...candidates.slice(0, at + 1)];
}

/** An inventory lists what it was refused instead of failing. */
function unreadIn(answer: unknown): readonly unknown[] {
  if (typeof answer !== 'object' || answer === null || !('unread' in answer)) return [];
  return (answer.unread as readonly { readonly error: unknown }[]).map(({ error }) => error);
}

function distinct(names: readonly string[]): readonly string[] {
  return names.filter((name, at) => name !== '' && names.findIndex((each) => sameName(each, name)) === at);
}
