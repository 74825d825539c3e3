import { ENDPOINT_MAPPER_PORT } from '../client/endpoint-mapper.ts';
import { resolveHost } from '../client/resolve.ts';
import type { Address } from '../machine/contract.ts';
import { invalidOption, LARGEST_PORT } from '../status/options.ts';

export interface MapperAddress {
  readonly host: string;
  /** Undefined: the mapper's usual port. */
  readonly port: number | undefined;
}

/** Where the endpoint mapper of a name is, by what is given, CLUSRPC_HOSTS, the resolver and its usual port. Throws what these throw. */
export async function mapperOf(
  name: string,
  { port, family = 0 }: { readonly port?: number | undefined; readonly family?: 0 | 4 | 6 } = {},
): Promise<Address> {
  const known = mapperFromEnvironment(name, process.env.CLUSRPC_HOSTS);
  return {
    host: await resolveHost(known?.host ?? name, { family }),
    port: port ?? known?.port ?? ENDPOINT_MAPPER_PORT,
  };
}

/**
 * Where `CLUSRPC_HOSTS` says that a name's endpoint mapper is: `CLUSTER1=127.0.0.1:41035,CLUSTER2=[::1]`. Names in any case. Null:
 * it does not name it. Throws LocalMisuseError for an entry that cannot be read.
 */
export function mapperFromEnvironment(name: string, text: string | undefined): MapperAddress | null {
  const wanted = name.toLowerCase();
  for (const entry of (text ?? '').split(',').map((each) => each.trim())) {
    if (entry === '') continue;
    const match = /^([^=]+)=(\[[0-9a-f:.%]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i.exec(entry);
    const port = match?.[3] === undefined ? undefined : Number(match[3]);
    if (match === null || port === 0 || (port ?? 0) > LARGEST_PORT) {
      throw invalidOption(`CLUSRPC_HOSTS: ${JSON.stringify(entry)} is not NAME=ADDRESS:PORT`);
    }
    const [, key = '', host = ''] = match;
    if (key.trim().toLowerCase() === wanted) return { host: host.replace(/^\[|\]$/g, ''), port };
  }
  return null;
}
