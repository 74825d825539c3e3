import type { Evidence } from '../../evidence/evidence.ts';

/** What ClusterInstallationState says ([MS-CMRP] 3.1.3.1). */
const INSTALLATIONS: Readonly<Record<number, string>> = {
  0: 'not-configured',
  1: 'files-copied',
  2: 'configured',
  3: 'upgraded',
};

/** What an installation is to a cluster. Null: no source says. */
export interface ClusterRole {
  /** Whether the Cluster service is installed. */
  readonly installed: boolean | null;
  /** `configured`: it is a node; `none`: it never was to be one. */
  readonly installation: string | null;
  /** `running`, `stopped`; `none`: there is no such service. Only a Windows that runs tells it. */
  readonly service: string | null;
}

export function clusterRule({ clusterService, clusterInstallation, clusterServiceState }: Evidence): ClusterRole {
  const installation = clusterInstallation[0]?.value;
  const service = clusterServiceState[0]?.value;
  return {
    installed: clusterService[0]?.value ?? null,
    installation: orNone(installation, (state) => INSTALLATIONS[state] ?? `state ${state}`),
    service: orNone(service, (state) => state),
  };
}

function orNone<T>(value: T | null | undefined, text: (value: T) => string): string | null {
  if (value === undefined) return null;
  return value === null ? 'none' : text(value);
}
