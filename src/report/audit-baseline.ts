import type { AuditReport } from './audit.ts';

/** One thing that is not as it was; null: it was not there, or is not any more. */
export interface AuditChange {
  readonly what: string;
  readonly before: string | null;
  readonly after: string | null;
}

type Comparable = Pick<AuditReport, 'system' | 'files' | 'portConfig' | 'kb814622'>;

/** What differs between an earlier document of the same system and this one, in the order of the report. */
export function auditChanges(before: Comparable, after: Comparable): readonly AuditChange[] {
  const old = facts(before);
  const now = facts(after);
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((what) => {
    const change = { what, before: old.get(what) ?? null, after: now.get(what) ?? null };
    return change.before === change.after ? [] : [change];
  });
}

function facts({ system, files, portConfig, kb814622 }: Comparable): ReadonlyMap<string, string> {
  const { name, version, build, servicePack, edition } = system;
  const all: readonly (readonly [string, string | number | null | undefined])[] = [
    ['verdict', kb814622.verdict],
    ['exposure', kb814622.exposure],
    ['computer name', name],
    ['version', version],
    ['build', build],
    ['service pack', servicePack],
    ['edition', edition],
    ...files.map((file) => [`${file.name} (${file.place})`, file.version ?? file.match] as const),
    ...files.map((file) => [`size of ${file.name} (${file.place})`, file.size] as const),
    ['RPC ports', portConfig?.policy?.ports?.join(', ')],
    ['PortsInternetAvailable', portConfig?.policy?.portsInternetAvailable],
    ['UseInternetPorts', portConfig?.policy?.useInternetPorts],
  ];
  return new Map(
    all.flatMap(([what, value]) => (value === null || value === undefined ? [] : [[what, String(value)] as const])),
  );
}
