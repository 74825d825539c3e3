import { z } from 'zod';
import { NETWORK_STATES } from '../interface/clusapi/network.ts';
import { NODE_STATES } from '../interface/clusapi/node.ts';
import { RESOURCE_STATES } from '../interface/clusapi/resource.ts';
import { HOST_PROFILES } from './host-profiles.ts';

/** What can be said of an emulated cluster: in code, and in the `cluster` part of a scenario file. A text stands for a name. */
export const clusterDescription = z.strictObject({
  name: z.string(),
  nodes: z
    .array(
      z.union([
        z.string(),
        z.strictObject({
          name: z.string(),
          state: z.enum(keys(NODE_STATES)).optional(),
          /** The Windows of this node; default: the host's. */
          hostProfile: z.enum(keys(HOST_PROFILES)).optional(),
        }),
      ]),
    )
    .readonly(),
  /** Besides the one that holds the cluster's own name and address. */
  groups: z
    .array(
      z.strictObject({
        name: z.string(),
        /** Default: the first node. */
        owner: z.string().optional(),
        resources: z
          .array(
            z.union([
              z.string(),
              z.strictObject({
                name: z.string(),
                /** Default: Generic Service. */
                type: z.string().optional(),
                state: z.enum(keys(RESOURCE_STATES)).optional(),
                dependsOn: z.array(z.string()).readonly().optional(),
              }),
            ]),
          )
          .readonly()
          .optional(),
      }),
    )
    .readonly()
    .optional(),
  networks: z
    .array(z.union([z.string(), z.strictObject({ name: z.string(), state: z.enum(keys(NETWORK_STATES)).optional() })]))
    .readonly()
    .optional(),
});

export type ClusterDescription = z.infer<typeof clusterDescription>;

type Described<List extends readonly unknown[] | undefined> = Exclude<NonNullable<List>[number], string>;

export type NodeDescription = Described<ClusterDescription['nodes']>;
export type NetworkDescription = Described<ClusterDescription['networks']>;
export type ResourceDescription = Described<Described<ClusterDescription['groups']>['resources']>;

function keys<Name extends string>(states: Readonly<Record<Name, unknown>>): [Name, ...Name[]] {
  return Object.keys(states) as [Name, ...Name[]];
}
