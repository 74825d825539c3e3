import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { REASONS, STAGES } from '../../src/client/stages.ts';
import { CLIENT_PROFILES } from '../../src/ports/profiles.ts';
import { type PortsOptions, type PortsReport, ports } from '../../src/ports/report.ts';
import type { EndpointsDocument, ProbeDocument } from '../../src/probe/index.ts';
import { clientProfileSchema } from '../../src/report/schema/common.ts';
import type { endpointsSchema, probeSchema, soakSchema } from '../../src/report/schema/index.ts';
import { portsSchema, SCHEMAS } from '../../src/report/schema/index.ts';
import { reasonSchema, stageIdSchema } from '../../src/report/schema/probe.ts';
import { SOAK_FAILURES, type SoakReport, soak } from '../../src/soak/index.ts';

/** Documents are readonly and what zod infers is not; JSON does not know the difference. */
type Writable<T> = T extends readonly (infer Item)[]
  ? Writable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Writable<T[Key]> }
    : T;

test('the types of the documents are those of the schemas', () => {
  expectTypeOf<Writable<PortsReport>>().toExtend<z.input<typeof portsSchema>>();
  expectTypeOf<Writable<ProbeDocument>>().toExtend<z.input<typeof probeSchema>>();
  expectTypeOf<Writable<EndpointsDocument>>().toExtend<z.input<typeof endpointsSchema>>();
  expectTypeOf<Writable<SoakReport>>().toExtend<z.input<typeof soakSchema>>();
});

test('the lists of the schemas are those of the code', () => {
  expect(stageIdSchema.options).toEqual([...STAGES]);
  expect(reasonSchema.options).toEqual([...REASONS]);
  expect(clientProfileSchema.options).toEqual(Object.keys(CLIENT_PROFILES));
  expect(SCHEMAS['soak-1'].shape.settings.shape.failureKind.options.toSorted()).toEqual(
    Object.keys(SOAK_FAILURES).toSorted(),
  );
});

describe('a ports document says nothing that the schema does not know', () => {
  const cases: Record<string, PortsOptions> = {
    'no load': { ports: '5000-5019' },
    'a leak': { ports: '5000-5019', everyMs: 20_000, failureRate: 0.2, uptimeMs: 86_400_000 },
    'a fixed machine': { ports: '5000-5019', everyMs: 100, clientProfile: 'windows-2000-sp4' },
    'a hang by a leak': { ports: '5000-5099', everyMs: 10_000, hangsAfterMs: 172_800_000 },
    'a hang by a stall': { ports: '5000-5019', everyMs: 100, hangsAfterMs: 60_000 },
    'a hang for another reason': { ports: '5000-5099', everyMs: 10_000, hangsAfterMs: 20_000 },
    'the letter of the article': { ports: '5000-5019', everyMs: 1000, clientProfile: 'strict' },
    'no key': {
      reg: new TextEncoder().encode(
        'REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Rpc]\r\n"DCOM Protocols"=hex(7):00\r\n',
      ),
    },
    'an invalid configuration': {
      reg: new TextEncoder().encode(
        'REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Rpc\\Internet]\r\n"Ports"="5000"\r\nnonsense\r\n',
      ),
    },
  };
  test.each(Object.entries(cases))('%s', (_, options) => {
    const report = ports(options);
    expect(portsSchema.parse(report)).toEqual(report);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

test('a soak document says nothing that the schema does not know', async () => {
  const report = await soak('emulated', {
    ports: '5000-5019',
    cycles: 100,
    failureRate: 0.2,
    everyMs: 20_000,
    seed: 7,
  });
  expect(SCHEMAS['soak-1'].parse(report)).toEqual(report);
});

test('every schema can be said as JSON Schema, which lets a later version say more', () => {
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    const json = z.toJSONSchema(schema, { io: 'input' });
    expect(json.type, name).toBe('object');
    expect(JSON.stringify(json), name).not.toContain('"additionalProperties":false');
  }
});
