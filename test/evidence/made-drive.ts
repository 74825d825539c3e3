import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ARTICLE_FILE_ROWS } from '../../src/diagnosis/data/article-files.ts';
import { buildHive, dword, multi, sz, tree, type ValueSpec } from '../hive/build-hive.ts';
import { buildPe } from '../pe/build-pe.ts';

export interface MadeSystem {
  /** Fourth number of the three DLLs. */
  readonly revision?: number;
  readonly servicePack?: number;
  /** Strings of `Ports`; without them there is no Rpc\Internet key. */
  readonly ports?: readonly string[];
  readonly pending?: readonly string[];
  readonly hotfix?: string;
}

/** A DLL of that version; with the article's own number also of its size. */
export function madeDll(name: string, revision: number): Buffer {
  const row = ARTICLE_FILE_ROWS.find((each) => each.name === name);
  const bytes = buildPe({ version: [5, 0, 2195, revision], strings: { FileVersion: `5.00.2195.${revision}` } });
  return revision === 6662 && row !== undefined ? Buffer.concat([bytes, Buffer.alloc(row.size - bytes.length)]) : bytes;
}

export function softwareHive({ servicePack = 3, ports, hotfix }: MadeSystem): Buffer {
  const paths: Record<string, readonly ValueSpec[]> = {
    Classes: [],
    'Microsoft\\Windows NT\\CurrentVersion': [
      sz('CurrentVersion', '5.0'),
      sz('CurrentBuildNumber', '2195'),
      sz('ProductName', 'Microsoft Windows 2000'),
      ...(servicePack === 0 ? [] : [sz('CSDVersion', `Service Pack ${servicePack}`)]),
    ],
    'Microsoft\\Windows NT\\CurrentVersion\\HotFix': [],
    'Microsoft\\Rpc': [],
  };
  if (hotfix !== undefined) paths[`Microsoft\\Windows NT\\CurrentVersion\\HotFix\\${hotfix}`] = [dword('Installed', 1)];
  if (ports !== undefined) {
    paths['Microsoft\\Rpc\\Internet'] = [
      multi('Ports', ports),
      sz('PortsInternetAvailable', 'Y'),
      sz('UseInternetPorts', 'Y'),
    ];
  }
  return buildHive(tree(paths));
}

export function systemHive({ servicePack = 3, pending }: MadeSystem): Buffer {
  return buildHive(
    tree({
      Select: [dword('Current', 2), dword('Default', 1), dword('Failed', 0), dword('LastKnownGood', 1)],
      'ControlSet001\\Control\\Windows': [dword('CSDVersion', 0x100)],
      'ControlSet002\\Control\\Windows': [dword('CSDVersion', servicePack * 256)],
      'ControlSet002\\Control\\ProductOptions': [sz('ProductType', 'ServerNT'), multi('ProductSuite', ['Enterprise'])],
      'ControlSet002\\Control\\ComputerName\\ComputerName': [sz('ComputerName', 'NODE1')],
      'ControlSet002\\Control\\Session Manager': [
        multi('BootExecute', ['autocheck autochk *']),
        ...(pending === undefined ? [] : [multi('PendingFileRenameOperations', pending)]),
      ],
      'ControlSet002\\Services\\Tcpip\\Parameters': [sz('Hostname', 'node1')],
      'ControlSet002\\Services\\ClusSvc': [dword('Start', 2)],
    }),
  );
}

/** A system drive with names in mixed case, as drives of that time have them. Returns its path. */
export function makeDrive(root: string, system: MadeSystem = {}): string {
  const { revision = 6089 } = system;
  const write = (path: string, bytes: Uint8Array): void => {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, bytes);
    const modified = Date.UTC(2003, 2, 18, 21, 33) / 1000;
    utimesSync(full, modified, modified);
  };
  write('WinNT/System32/OLE32.DLL', madeDll('ole32.dll', revision));
  write('WinNT/System32/rpcrt4.dll', madeDll('rpcrt4.dll', revision));
  write('WinNT/System32/RpcSs.dll', madeDll('rpcss.dll', revision));
  write('WinNT/System32/DllCache/rpcrt4.dll', madeDll('rpcrt4.dll', revision));
  write('WinNT/System32/Config/SOFTWARE', softwareHive(system));
  write('WinNT/System32/Config/System', systemHive(system));
  return root;
}
